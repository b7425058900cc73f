import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { isDecimal, scaleOf } from '../base/decimal.ts'
import { GateError, messageOf } from '../base/errors.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, toJson, toPlain } from '../base/json.ts'
import { pointerOf } from '../base/pointer.ts'
import { compareRecords, relationsOf } from '../compare/records.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { Finding } from '../model/finding.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { InvoiceObservation, Replayed } from '../ports/observation.ts'
import { decodeRecording } from '../replay/chains.ts'
import { LearnedNames } from '../replay/names.ts'
import { isWrite, methodOf } from '../replay/write-stage.ts'
import { casesOf } from '../reporters/rendering/cases.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { assessRehearsals, readSubject, rehearse, type Subject, targetOf } from './run.ts'
import { readIntegration } from './scenario.ts'

/** How a suite rehearses; what is left out is as on the command line. */
export type SuiteOptions = Readonly<{
  /** `mock`, `container`, `container:NAME` or the URL of a sandbox. */
  target?: string
  snapshots?: string
  reports?: string
}>

/** One recorded invoice and what became of it. */
export type RehearsedInvoice = Readonly<{
  key: string
  /** `errored` means that it could not be told, which is never a pass. */
  status: 'passed' | 'failed' | 'errored' | 'skipped'
  /** What differs, field by field, as a person reads it. */
  message: string
  /** Every place at which something else was stored than was sent; `undefined` when nothing was stored. */
  unlike: readonly string[] | undefined
}>

/** A change request that was rehearsed for a test suite. */
export type RehearsedChange = Readonly<{
  assessment: ChangeAssessment
  invoices: ReadonlyMap<string, RehearsedInvoice>
}>

/** Title of a change request and the keys of its recorded invoices, without replaying them. */
export async function recordedInvoices(
  changeFolder: string,
  options: SuiteOptions,
): Promise<Readonly<{ title: string; invoices: readonly string[] }>> {
  const { scenario, recording, adapter, baseline } = await subjectOf(changeFolder, options)
  const { id, title } = scenario.change.change
  const { chains } = decodeRecording(recording.interactions, adapter, baseline.schema)
  return { title: `${id} ${title}`, invoices: chains.map(({ key }) => key) }
}

/** Rehearses a change request as `change-gate run` does. Throws what the input, the configuration or the target is at fault for. */
export async function rehearsedChange(changeFolder: string, options: SuiteOptions): Promise<RehearsedChange> {
  const subject = await subjectOf(changeFolder, options)
  const target = await targetOf(subject, {
    target: options.target ?? 'mock',
    snapshots: options.snapshots ?? 'snapshots',
  })
  const rehearsals = await rehearse({ ...subject, target, options: {} })
  const assessment = await assessRehearsals(subject, rehearsals)
  const observed = new Map(rehearsals.asIs.observation.invoices.map((invoice) => [invoice.key, invoice]))
  const cases = casesOf(assessment).filter(({ suite }) => suite === 'invoices')
  const findings = new Map(assessment.findings.map((finding) => [finding.fingerprint, finding]))
  const invoices = assessment.invoices.map((invoice, index): RehearsedInvoice => {
    const own = invoice.findings.flatMap((fingerprint) => findings.get(fingerprint) ?? [])
    const { status, message } = cases[index] ?? {
      status: 'errored' as const,
      message: 'the assessment has no case of it',
    }
    const places = own
      .filter(({ severity }) => severity !== 'info')
      .flatMap((finding) => placesOf(finding, invoice.key))
    return {
      key: invoice.key,
      status,
      message: [`${invoice.key}: ${message.split('\n')[0]}`, ...places].join('\n  '),
      unlike: unlikeOf(observed.get(invoice.key), subject, rehearsals.asIs.observation.schema),
    }
  })
  return { assessment, invoices: new Map(invoices.map((invoice) => [invoice.key, invoice])) }
}

/** The place of a row in a list. */
const ROW = /\/\d+$/

/** What a write is told by that keeps the document from getting further; what follows it is not reached. */
const ENDS: ReadonlySet<Replayed['state']> = new Set(['rejected', 'needs-ack', 'fault', 'unresolved'])

function subjectOf(changeFolder: string, options: SuiteOptions): Promise<Subject> {
  return readSubject({
    changeFolder: resolve(changeFolder),
    snapshots: options.snapshots ?? 'snapshots',
    reports: options.reports ?? 'reports',
  })
}

/** Each place of a finding on one invoice, with what was sent, stored before and stored now. */
function placesOf(finding: Finding, key: string): readonly string[] {
  const { resource, pointer, stage, check, loudness, examples, message } = finding
  const where = `${resource} ${pointer}${stage === '' ? '' : ` after ${stage}`} (${check}, ${loudness})`
  const own = examples.filter(({ invoice }) => invoice === key)
  if (own.length === 0) return [`${where}: ${message}`]
  return own.map(({ pointer: at, sent, baseline, candidate }) => {
    const was = sent === null ? '' : `sent ${sent}, `
    return `${where}: at ${at}: ${was}${baseline ?? 'nothing'} before, ${candidate ?? 'nothing'} now`
  })
}

/**
 * What was sent and is not what the ERP had stored in the end, rows that nobody sent among it. A document that did not get
 * as far as it was recorded to is unlike what was sent, however it stands before.
 */
function unlikeOf(
  invoice: InvoiceObservation | undefined,
  { adapter, baseline }: Subject,
  schema: Snapshot['schema'],
): readonly string[] | undefined {
  const writes = invoice?.operations.filter(({ operation }) => isWrite(operation)) ?? []
  const last = writes.at(-1)
  if (invoice?.stages.some(({ outcome }) => outcome === 'accepted') !== true || last === undefined) return undefined
  if (last.replayed.state !== 'accepted') {
    const { operation, replayed } = writes.find(({ replayed }) => ENDS.has(replayed.state)) ?? last
    const why = 'because' in replayed ? replayed.because : 'message' in replayed ? replayed.message : ''
    return [`${operation.name} was ${replayed.state}: ${why}`]
  }
  const stage = invoice.stages.at(-1)
  const stored = stage?.after === methodOf(last.operation) ? stage.document : undefined
  if (!isJsonObject(invoice.sent) || !isJsonObject(stored)) return undefined
  const before = relationsOf(baseline.schema)
  const now = relationsOf(schema)
  const differences = compareRecords(adapter.documentResource, invoice.sent, stored, invoice.sent, '', {
    meaning: (resource, field) => adapter.meaning(resource, field, baseline.schema),
    relation: (resource, field) => before(resource, field) ?? now(resource, field),
    area: 'documents',
    stage: '',
    invoices: [invoice.key],
    seenBy: 'gate',
    leaveOut: () => undefined,
  })
  return differences
    .filter(({ kind, at, baseline: sent }) => (sent !== null && sent !== '') || (kind === 'extra' && ROW.test(at)))
    .map(
      ({ resource, at, baseline: sent, candidate }) =>
        `${resource} ${at}: sent ${sent ?? 'nothing'}, stored ${candidate ?? 'nothing'}`,
    )
}

/** What one release takes, to hold requests of a connector against. */
export type ReleaseSchema = Readonly<{
  title: string
  /** Every fault of a request, with the field; empty when the release takes it as far as its schema tells. */
  faultsOf: (
    request: Readonly<{ method?: string; path?: string; headers?: Readonly<Record<string, string>>; body: unknown }>,
  ) => readonly string[]
}>

/** Reads the snapshot of a release, for `toMatchErpSchema`. */
export async function releaseSchema(snapshotFolder: string, scenario: string): Promise<ReleaseSchema> {
  const adapter = await loadErp(await readIntegration(scenario))
  const snapshot = await readSnapshotOf(adapter, snapshotFolder)
  const validator = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
  formats.default(validator)
  validator.addSchema({ $id: 'release', definitions: snapshot.schema.definitions })
  const required = alwaysSent(snapshot, adapter)
  return {
    title: `${snapshot.meta.product} ${snapshot.meta.release}`,
    faultsOf: ({ method = 'POST', path = '/', headers = {}, body }) => {
      const request: RecordedRequest = { method, path, query: '', headers, body: { json: toJson(body) } }
      try {
        return faultsIn(request, adapter, snapshot, validator, required)
      } catch (error) {
        if (error instanceof GateError && error.code !== 'internal') return [messageOf(error)]
        throw error
      }
    },
  }
}

function faultsIn(
  request: RecordedRequest,
  adapter: ErpAdapter,
  { schema, documents }: Snapshot,
  validator: Ajv2020,
  required: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const operation = adapter.decode(request, schema, new LearnedNames())
  if (operation.kind === 'session') return [`${operation.name}: the release publishes nothing about it`]
  const whole = operation.reads.find(({ field }) => field === '')
  const isShown =
    whole === undefined
      ? operation.kind !== 'transition' || operation.sends.length > 0 || wasCaptured(operation.name, documents, adapter)
      : schema.resources[whole.resource] !== undefined
  const faults = isShown ? [] : [`${operation.name}: nothing shows that this release has it`]
  const records = new Map<string, { resource: string; fields: Set<string> }>()
  for (const { resource, field, pointer, value } of operation.sends) {
    const at = pointer.slice(0, pointer.lastIndexOf('/'))
    const record = records.get(`${resource} ${at}`) ?? { resource, fields: new Set<string>() }
    records.set(`${resource} ${at}`, record)
    record.fields.add(field)
    const published = propertyOf(schema.resources[resource]?.send, field)
    if (published === undefined) {
      faults.push(`${resource} ${field} (${pointer}): this release has no such field to send`)
      continue
    }
    const isNested = isJsonArray(value) || isJsonObject(value)
    if (value === undefined || isNested) continue
    const schemaOfField = { ...published, definitions: schema.definitions }
    if (!validator.validate(schemaOfField, toPlain(value))) {
      for (const { message, params } of validator.errors ?? []) {
        const allowed = 'allowedValues' in params ? `: ${JSON.stringify(params.allowedValues)}` : ''
        faults.push(`${resource} ${field} (${pointer}): ${textOf(value)} ${message}${allowed}`)
      }
    }
    const scale = published['x-scale']
    const digits = isDecimal(textOf(value)) ? scaleOf(textOf(value)) : 0
    if (typeof scale === 'number' && digits > scale) {
      faults.push(
        `${resource} ${field} (${pointer}): ${textOf(value)} has ${digits} digits after the point; ${scale} are taken`,
      )
    }
  }
  if (operation.kind !== 'create') return faults
  const roots = [...records].filter(([, { resource }]) => resource === operation.resource)
  // A create that sends nothing of its own has a record all the same, and that one lacks everything.
  if (roots.length === 0) {
    faults.push(`${operation.resource}: it sends nothing`)
    records.set(`${operation.resource} `, { resource: operation.resource, fields: new Set() })
  }
  const places = [
    ...operation.sends.map(({ pointer }) => `${pointer}/`),
    ...roots.flatMap(([place]) => (ROW.test(place) ? [placeOf(place).replace(ROW, '/')] : [])),
  ]
  for (const at of emptyRows(request.body !== undefined && 'json' in request.body ? request.body.json : null, '')) {
    if (places.some((place) => at.startsWith(place))) faults.push(`${operation.resource} ${at}: it sends nothing`)
  }
  for (const [place, { resource, fields }] of records) {
    for (const field of required.get(resource) ?? []) {
      if (!fields.has(field))
        faults.push(`${resource} ${field} (${placeOf(place)}/${field}): it is required and not sent`)
    }
  }
  return faults
}

/** Whether a document of the release was captured after an operation that sends no more than which document it is of. */
function wasCaptured(name: string, documents: Snapshot['documents'], { documentResource }: ErpAdapter): boolean {
  return documents.some(({ stages }) =>
    stages.some(({ after, outcome }) => outcome === 'accepted' && name === `${documentResource}.${after}`),
  )
}

function placeOf(record: string): string {
  return record.slice(record.indexOf(' ') + 1)
}

/** Places of records in lists that hold nothing. */
function emptyRows(value: Json, at: string): readonly string[] {
  if (isJsonArray(value)) {
    return value.flatMap((item, index) =>
      isJsonObject(item) && Object.keys(item).length === 0 ? [`${at}/${index}`] : emptyRows(item, `${at}/${index}`),
    )
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => emptyRows(member, at + pointerOf([name])))
}

/**
 * Required fields by resource. An ERP gives some of them a default and does not publish which, so only those count that every
 * captured document of the release was sent with.
 */
function alwaysSent({ schema, documents }: Snapshot, adapter: ErpAdapter): ReadonlyMap<string, ReadonlySet<string>> {
  const required = new Map<string, Set<string>>()
  const relation = relationsOf(schema)
  const visit = (resource: string, record: JsonObject) => {
    const known = required.get(resource) ?? new Set(requiredIn(schema.resources[resource]?.send))
    required.set(resource, new Set([...known].filter((field) => record[field] !== undefined)))
    for (const [field, value] of Object.entries(record)) {
      const related = relation(resource, field)
      if (related === undefined || !isJsonArray(value)) continue
      for (const inner of value) if (isJsonObject(inner)) visit(related, inner)
    }
  }
  for (const { sent } of documents) if (isJsonObject(sent)) visit(adapter.documentResource, sent)
  return required
}

function requiredIn(schema: unknown): readonly string[] {
  const required = isObject(schema) ? schema.required : undefined
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

function propertyOf(schema: unknown, field: string): Readonly<Record<string, unknown>> | undefined {
  const properties = isObject(schema) ? schema.properties : undefined
  const property = isObject(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined
  return isObject(property) ? property : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: Json): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : JSON.stringify(toPlain(value))
}
