import { basename } from 'node:path'
import { z } from 'zod'
import { GateError } from '../base/errors.ts'
import { readTextFile } from '../base/files.ts'
import { canonicalJson, isJsonObject, type Json, toJson } from '../base/json.ts'
import { parseYaml, yamlFault } from '../base/yaml.ts'
import { Id } from '../model/common.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, ListedValue, Snapshot, StoredDocument, ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter, Transport } from '../ports/erp.ts'
import { decodeRecording } from '../replay/chains.ts'
import { noJournal } from '../replay/journal.ts'
import { replay } from '../replay/replay.ts'
import { schemaDocumentAt } from '../schema-sources/reading/file.ts'
import { virtualTransport } from '../targets/virtual-erp.ts'
import { arrangedSchema, loadErp, readSnapshotOf } from './erp.ts'
import { hasRecording, readIntegration, readNewestRecording, shown } from './scenario.ts'
import { listsOf, readSchema } from './snapshot.ts'
import { writeSnapshot } from './snapshot-store.ts'
import { MOCK_CREDENTIAL } from './target.ts'

/** Value lists as people write them: the rows of each list; what else a row holds are its fields. File: `values.yaml`. */
export const WrittenValues = z.record(
  Id,
  z.array(
    z.looseObject({ code: z.string().min(1), id: z.string().min(1).optional(), active: z.boolean().default(true) }),
  ),
)
type WrittenValues = z.infer<typeof WrittenValues>

/** What a snapshot is made of when no ERP can be asked. */
export type PublishedOptions = Readonly<{
  /** The published file. */
  schema: string
  /** Value lists; a list that is not in it is taken from the recorded look-ups. */
  values: string | undefined
  out: string
  scenario: string
  /** Snapshot of the recorded release, when this is another one. */
  baseline: string | undefined
  /** The release, where the file does not say it as change requests do. */
  release: string | undefined
}>

/**
 * Makes a snapshot from what a publisher publishes and, when there is one, the recording: no ERP is asked, so all that is
 * decided on it is evidence of level `schema`. The documents are those of the recording, judged by the rules of this release.
 */
export async function snapshotFromSchema(options: PublishedOptions): Promise<Snapshot['meta']> {
  const integration = await readIntegration(options.scenario)
  const adapter = await loadErp(integration)
  const published = await readSchema(schemaDocumentAt(options.schema))
  const release = options.release ?? published.source.release
  if (release === undefined) {
    throw new GateError('usage', `${options.schema} does not say which release it is of.`, {
      hint: 'Name it as change requests do: --release 2026-2.',
    })
  }
  const recording = (await hasRecording(options.scenario))
    ? (await readNewestRecording(options.scenario)).recording
    : undefined
  const isRecorded = recording === undefined || recording.header.erp.release === release
  if (!isRecorded && options.baseline === undefined) {
    throw new GateError(
      'snapshot-unusable',
      `The recording is of release ${recording.header.erp.release}, and ${options.schema} is of ${release}.`,
      { hint: 'Name the snapshot of the recorded release with --baseline.' },
    )
  }
  const schema = await arrangedSchema(adapter, published, isRecorded ? options.scenario : undefined)
  const baseline =
    isRecorded || options.baseline === undefined ? undefined : await readSnapshotOf(adapter, options.baseline)
  const recordedSchema = baseline?.schema ?? schema
  const values = await valuesOf(options, adapter, recording, recordedSchema)
  const meta: Snapshot['meta'] = {
    format: 'erp-change-gate/snapshot',
    version: 1,
    product: integration.erp.product,
    release,
    build: published.source.release ?? release,
    capturedAt: new Date().toISOString(),
    principal: 'nobody',
    proof: `made from the published ${basename(options.schema)}; no ERP was asked`,
    recording: recording?.digest ?? '',
    evidence: 'schema',
    adapter: {},
    files: {},
  }
  const seed: Snapshot = { meta, schema, values, documents: [], digest: '' }
  const recorded = recording === undefined ? [] : recordedDocuments(recording, adapter, recordedSchema)
  const rules = (snapshot: Snapshot) => answersOf(adapter, recording, recordedSchema, { ...snapshot, documents: [] })
  const documents =
    baseline === undefined
      ? recorded
      : withoutResolvedRefusals(recorded, (await rules(baseline)).documents, (await rules(seed)).documents)
  const answered = await answersOf(adapter, recording, recordedSchema, { ...seed, documents })
  await writeSnapshot(options.out, { meta, schema: published, ...answered })
  return meta
}

/**
 * Value lists and documents as a session reads them from the rules of this release: lists as far as they are kept, documents
 * by replaying the recording.
 */
async function answersOf(
  adapter: ErpAdapter,
  recording: SanitizedRecording | undefined,
  recordedSchema: ErpSchema,
  seed: Snapshot,
): Promise<Readonly<{ values: ValueLists; documents: readonly StoredDocument[] }>> {
  const transport = virtualTransport(adapter.virtual(seed, MOCK_CREDENTIAL, 'erp'))
  const session = await adapter.connect(transport, MOCK_CREDENTIAL, 'erp')
  const lists = recording === undefined ? adapter.valueLists : listsOf(adapter, recording, recordedSchema)
  const values = await session.listValues(lists)
  if (recording === undefined) return { values, documents: [] }
  const observation = await replay({
    recording,
    adapter,
    session,
    recordedSchema,
    schema: seed.schema,
    values,
    identity: await session.identify(),
    plan: [],
    journal: noJournal,
    runTag: '',
    removePosted: false,
  })
  if (observation.fault !== undefined) {
    throw new GateError(
      'recording-unusable',
      `The virtual ERP cannot answer interaction ${observation.fault.seq}: ${observation.fault.message}`,
      { hint: 'Name the operation in integration.yaml, or leave it out of the recording.' },
    )
  }
  const documents = observation.invoices.flatMap(({ key, sent, stages }) =>
    sent === undefined ? [] : [{ key, sent, stages }],
  )
  return { values, documents }
}

/**
 * Leaves out recorded refusals that the rules of the recorded release explain and those of this release no longer give: such
 * an invoice may be accepted now, and that must be seen. A refusal that no rule explains is taken to stand.
 */
function withoutResolvedRefusals(
  recorded: readonly StoredDocument[],
  byOldRules: readonly StoredDocument[],
  byNewRules: readonly StoredDocument[],
): readonly StoredDocument[] {
  const refusals = (documents: readonly StoredDocument[]) =>
    new Map(
      documents.flatMap(({ key, stages: [first] }) =>
        first?.outcome === 'rejected' ? [[key, canonicalJson(first.error ?? null)] as const] : [],
      ),
    )
  const [then, now] = [refusals(byOldRules), refusals(byNewRules)]
  return recorded.map((document) => {
    const { key, stages } = document
    const isResolved = stages[0]?.outcome === 'rejected' && then.has(key) && then.get(key) !== now.get(key)
    return isResolved ? { ...document, stages: [] } : document
  })
}

/** What the recorded release answered of each document after each operation that wrote it. */
function recordedDocuments(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
): readonly StoredDocument[] {
  const { chains, names } = decodeRecording(recording.interactions, adapter, schema)
  return chains.flatMap(({ key, steps }): StoredDocument[] => {
    let sent: Json | undefined
    const stages: DocumentStage[] = []
    for (const { operation, interaction, recorded } of steps) {
      const isWrite = operation.kind === 'create' || operation.kind === 'transition'
      const after = operation.name.slice(operation.name.lastIndexOf('.') + 1)
      if (operation.kind === 'create') sent = adapter.sent(operation, interaction.request, schema, names)
      if (isWrite && recorded.state === 'rejected') stages.push({ after, outcome: 'rejected', error: recorded.raw })
      if (recorded.state !== 'accepted' || !isJsonObject(recorded.result)) continue
      const { result: document } = recorded
      const last = stages.at(-1)
      if (isWrite) stages.push({ after, outcome: 'accepted', document })
      // What is read after a write is the whole document, whatever the write itself answered.
      else if (operation.kind === 'read' && last?.outcome === 'accepted') stages.splice(-1, 1, { ...last, document })
    }
    return sent === undefined ? [] : [{ key, sent, stages }]
  })
}

async function valuesOf(
  options: PublishedOptions,
  adapter: ErpAdapter,
  recording: SanitizedRecording | undefined,
  schema: ErpSchema,
): Promise<ValueLists> {
  const wanted = Object.keys(adapter.valueLists)
  const written = options.values === undefined ? {} : await readValues(options.values, wanted)
  const lists: [string, readonly ListedValue[]][] = []
  for (const name of wanted) {
    const rows = written[name]
    if (rows !== undefined) lists.push([name, rows.map(listed)])
    else lists.push([name, await recordedValues(name, adapter, recording, schema)])
  }
  return Object.fromEntries(lists)
}

async function readValues(path: string, wanted: readonly string[]): Promise<WrittenValues> {
  const text = await readTextFile(path, 'Name a YAML file with the rows of each value list.')
  const values = parseYaml(text, WrittenValues, shown(path))
  const unknown = Object.keys(values).find((name) => !wanted.includes(name))
  if (unknown !== undefined) {
    throw yamlFault(text, [unknown], `the integration has no such list; it has ${wanted.join(', ')}`, shown(path))
  }
  for (const [name, rows] of Object.entries(values)) {
    const again = rows.findIndex((row, index) => rows.findIndex(({ code }) => code === row.code) !== index)
    if (again >= 0) throw yamlFault(text, [name, again, 'code'], `${rows[again]?.code} is listed twice`, shown(path))
  }
  return values
}

function listed({ code, id, active, ...fields }: WrittenValues[string][number]): ListedValue {
  return {
    id: id ?? code,
    code,
    active,
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toJson(value)])),
  }
}

/** The rows that recorded look-ups of a list were answered. */
async function recordedValues(
  name: string,
  adapter: ErpAdapter,
  recording: SanitizedRecording | undefined,
  schema: ErpSchema,
): Promise<readonly ListedValue[]> {
  const missing = (cause?: unknown): GateError =>
    new GateError('usage', `Nothing is known of the values of ${name}: the recording does not list them.`, {
      hint: 'Write them into a YAML file and name it with --values.',
      cause,
    })
  if (recording === undefined) throw missing()
  try {
    const session = await adapter.connect(recordedTransport(recording), MOCK_CREDENTIAL, '')
    const lists = await session.listValues({ [name]: listsOf(adapter, recording, schema)[name] ?? [] })
    return lists[name] ?? []
  } catch (error) {
    throw error instanceof GateError ? missing(error) : error
  }
}

/** Answers a request as it was answered in a recording. */
function recordedTransport(recording: SanitizedRecording): Transport {
  return {
    url: 'the recording',
    send: async ({ method, path, query }) => {
      const alike = recording.interactions.filter(({ request }) => request.method === method && request.path === path)
      const found = alike.find(({ request }) => request.query === query) ?? alike.find(() => query === '')
      return found?.response ?? { status: 404, headers: {} }
    },
    close: async () => undefined,
  }
}
