import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { readIntegration } from './scenario.ts'
import { MOCK_CREDENTIAL } from './target.ts'

/** A virtual ERP that answers over HTTP until it is closed. */
export type Served = Readonly<{ url: string; user: string; password: string; close: () => Promise<void> }>

/** Serves the virtual ERP of a snapshot on a port of this machine only; port 0 takes a free one. */
export async function serveSnapshot(
  options: Readonly<{ snapshot: string; scenario: string; port: number }>,
): Promise<Served> {
  const adapter = await loadErp(await readIntegration(options.scenario))
  const snapshot = await readSnapshotOf(adapter, options.snapshot)
  const served = await serveVirtualErp(adapter.virtual(snapshot, MOCK_CREDENTIAL, 'erp'), options.port)
  return { ...served, ...MOCK_CREDENTIAL }
}
