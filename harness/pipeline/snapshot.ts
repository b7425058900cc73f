import { GateError } from '../base/errors.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Snapshot, StoredDocument } from '../model/snapshot.ts'
import type { ErpAdapter, Session } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import type { SchemaDocument } from '../ports/schema-source.ts'
import { decodeRecording } from '../replay/chains.ts'
import { noJournal } from '../replay/journal.ts'
import { replay } from '../replay/replay.ts'
import { arrangedSchema, loadErp, readSnapshotOf } from './erp.ts'
import { loadPlugIns } from './registry.ts'
import { readAllIntegrations, readIntegration, readNewestRecording } from './scenario.ts'
import { writeSnapshot } from './snapshot-store.ts'
import { openTarget, parseTarget } from './target.ts'

/**
 * Captures what a release exposes and how it stores the recorded invoices, from a target that is proven to be a sandbox.
 * `baseline` is the snapshot of the recorded release; it is not needed when the target runs that release itself.
 */
export async function captureSnapshot(
  options: Readonly<{
    target: string
    out: string
    scenario: string
    baseline: string | undefined
    onProgress?: (done: number, total: number, what: string) => void
    onLine?: (line: string) => void
  }>,
): Promise<Snapshot['meta']> {
  const integration = await readIntegration(options.scenario)
  const allIntegrations = await readAllIntegrations(`${options.scenario}/..`)
  const adapter = await loadErp(integration)
  const { recording } = await readNewestRecording(options.scenario)
  const name = parseTarget(options.target, `${integration.erp.product}-${recording.header.erp.release}`)
  if (name.kind === 'mock') {
    throw new GateError('usage', 'A snapshot cannot be taken of the mocked API: it is made from one.', {
      hint: 'Use container:NAME or a URL.',
    })
  }
  const target = await openTarget({
    target: name,
    adapter,
    integration,
    allIntegrations,
    release: undefined,
    snapshot: undefined,
    ...(options.onLine === undefined ? {} : { onProgress: options.onLine }),
  })
  try {
    const sameRelease = target.identity.release === recording.header.erp.release
    const baseline =
      sameRelease || options.baseline === undefined ? undefined : await readSnapshotOf(adapter, options.baseline)
    if (!sameRelease && baseline === undefined) {
      throw new GateError(
        'snapshot-unusable',
        `The recording is of release ${recording.header.erp.release}, and the target runs ${target.identity.release}.`,
        {
          hint: 'Name the snapshot of the recorded release with --baseline.',
        },
      )
    }
    const published = await publishedBy(adapter, target.session, recording, baseline?.schema)
    if (published === undefined) throw untold(adapter)
    const described = await arrangedSchema(adapter, published, sameRelease ? options.scenario : undefined)
    const values = await target.session.listValues(listsOf(adapter, recording, baseline?.schema ?? described))
    const observation = await replay({
      recording,
      adapter,
      session: target.session,
      recordedSchema: baseline?.schema ?? described,
      schema: described,
      values,
      ...(baseline === undefined ? {} : { recordedValues: baseline.values }),
      identity: target.identity,
      plan: [],
      journal: noJournal,
      runTag: '',
      removePosted: !target.disposable,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    })
    if (observation.fault) {
      throw new GateError(
        'target-fault',
        `The connection failed at interaction ${observation.fault.seq}: ${observation.fault.message}`,
        {
          hint: 'Capture again when the sandbox answers; a partial snapshot is not written.',
        },
      )
    }
    const meta: Snapshot['meta'] = {
      format: 'erp-change-gate/snapshot',
      version: 1,
      product: target.identity.product,
      release: target.identity.release,
      build: target.identity.build,
      capturedAt: new Date().toISOString(),
      principal: target.identity.principal,
      proof: target.identity.proof,
      recording: recording.digest,
      adapter: Object.fromEntries(Object.entries(await target.session.extras())),
      files: {},
    }
    await writeSnapshot(options.out, { meta, schema: published, values, documents: documentsOf(observation) })
    return meta
  } finally {
    await target.close()
  }
}

/** What was stored of each invoice that was sent, one at a time. */
function* documentsOf({ invoices }: Observation): Generator<StoredDocument> {
  for (const { key, sent, stages } of invoices) if (sent !== undefined) yield { key, sent, stages }
}

/**
 * Reads the published schema of every resource that the recording and its documents touch, as the adapter sorts it. `known`
 * stands in for an ERP that does not tell its schema. Throws `snapshot-unusable` when there is neither.
 */
export async function describe(
  adapter: ErpAdapter,
  session: Session,
  recording: SanitizedRecording,
  recordedSchema: ErpSchema | undefined,
  known?: ErpSchema,
): Promise<ErpSchema> {
  const published = await publishedBy(adapter, session, recording, recordedSchema)
  if (published !== undefined) return arrangedSchema(adapter, published)
  if (known !== undefined) return known
  throw untold(adapter)
}

function untold(adapter: ErpAdapter): GateError {
  return new GateError('snapshot-unusable', `${adapter.title} does not tell its schema to this session.`, {
    hint: 'Make a snapshot from the published file: change-gate snapshot --schema FILE --out FOLDER.',
  })
}

async function publishedBy(
  adapter: ErpAdapter,
  session: Session,
  recording: SanitizedRecording,
  recordedSchema: ErpSchema | undefined,
): Promise<ErpSchema | undefined> {
  const listed = [...adapter.documentResources, ...Object.keys(adapter.valueLists)]
  const first = recordedSchema === undefined ? await session.describe(listed) : undefined
  const schema = first === undefined ? recordedSchema : await arrangedSchema(adapter, await readSchema(first))
  if (schema === undefined) return undefined
  const touched = new Set([...listed, ...decodeRecording(recording.interactions, adapter, schema).resources])
  const all = await session.describe([...touched].sort())
  return all === undefined ? undefined : readSchema(all)
}

/** The value lists to capture, with the fields that the recorded look-ups read or filter by. */
export function listsOf(
  adapter: ErpAdapter,
  recording: SanitizedRecording,
  schema: ErpSchema,
): Readonly<Record<string, readonly string[]>> {
  const lists = new Map(Object.entries(adapter.valueLists).map(([name, fields]) => [name, new Set(fields)]))
  for (const { operation } of decodeRecording(recording.interactions, adapter, schema).shared) {
    if (operation.kind !== 'lookup') continue
    for (const use of [...operation.reads, ...operation.filters]) {
      if (!use.field.includes('.') && use.field !== 'id') lists.get(use.resource)?.add(use.field)
    }
  }
  return Object.fromEntries([...lists].map(([name, fields]) => [name, [...fields]]))
}

/** Reads a published schema in whatever format it is. Throws `schema-invalid`. */
export async function readSchema(document: SchemaDocument): Promise<ErpSchema> {
  for (const source of (await loadPlugIns('schema-sources')).values()) {
    if (source.recognizes(document)) return source.read(document)
  }
  throw new GateError('schema-invalid', `${document.name}: no schema source recognizes this format.`, {
    hint: 'Add a schema source, see CONTRIBUTING.md.',
  })
}
