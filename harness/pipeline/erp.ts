import { join } from 'node:path'
import { readTextFile } from '../base/files.ts'
import { yamlFault } from '../base/yaml.ts'
import type { Integration } from '../model/integration.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { loadPlugIn } from './registry.ts'
import { shown } from './scenario.ts'
import { readSnapshot } from './snapshot-store.ts'

/** The adapter of an integration, configured by it. Throws `plug-in-unknown`. */
export async function loadErp(integration: Integration): Promise<ErpAdapter> {
  const adapter = await loadPlugIn('erps', integration.erp.adapter ?? integration.erp.product)
  return adapter.configure?.(integration) ?? adapter
}

/**
 * A published schema as the adapter sorts it. With the folder of the integration, what `integration.yaml` names and this
 * release does not have is an error with its line; without, it is a difference to be found, as for a release to come.
 */
export async function arrangedSchema(
  adapter: ErpAdapter,
  published: ErpSchema,
  integrationFolder?: string,
): Promise<ErpSchema> {
  if (adapter.arrange === undefined) return published
  const { schema, faults } = adapter.arrange(published)
  const [fault] = faults
  if (fault === undefined || integrationFolder === undefined) return schema
  const file = join(integrationFolder, 'integration.yaml')
  throw yamlFault(
    await readTextFile(file, 'Name the folder of an integration.'),
    fault.path,
    fault.message,
    shown(file),
  )
}

/** A snapshot with its schema as the adapter sorts it; with the folder of the integration, checked against it. */
export async function readSnapshotOf(
  adapter: ErpAdapter,
  folder: string,
  integrationFolder?: string,
): Promise<Snapshot> {
  const snapshot = await readSnapshot(folder)
  return { ...snapshot, schema: await arrangedSchema(adapter, snapshot.schema, integrationFolder) }
}
