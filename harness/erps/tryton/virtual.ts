import { fingerprintOf } from '../../base/fingerprint.ts'
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonObject,
  jsonNumber,
  toJson,
} from '../../base/json.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'
import type { DocumentStage, Snapshot, StoredDocument } from '../../model/snapshot.ts'
import { type Credential, type Names, RUN_TAG, VIRTUAL_BY_RULES, type VirtualErp } from '../../ports/erp.ts'
import { type Call, callOf, responseOf } from '../protocols/json-rpc.ts'
import { CODE_FIELDS } from './answers.ts'
import {
  clausesOf,
  comparable,
  isKnownOperator,
  mentions,
  order,
  satisfies,
  UnknownField,
  UnknownOperator,
} from './domain.ts'
import { fieldOf, idOf, idsIn, relationKind, wireValue } from './fields.ts'
import { INVOICE, sentRecords } from './operations.ts'
import { refusalBySchema, storedBySchema } from './rules.ts'

/** One record of the virtual ERP: values as on the wire, relations by id. */
type Row = { readonly id: string; values: Readonly<Record<string, Json>> }

/** An invoice of the virtual ERP and the stored document that it follows, when its create is one that was captured. */
type Filed = {
  readonly source: StoredDocument | undefined
  readonly sent: JsonObject
  readonly key: string
  stage: string
  readonly ids: Map<string, string>
  /** Run tag of the reference it was sent with. */
  readonly tag: string
}

/** A refusal in the ERP's own words. */
class Refusal extends Error {
  readonly error: Json
  constructor(error: Json) {
    super('refused')
    this.error = error
  }
}

/**
 * Simulates a Tryton release from its snapshot: fields and look-ups from schema and value lists, documents as the real
 * release stored them. A document that was never captured is stored by rules, and its key is listed as unrecorded.
 */
export function virtualTryton(snapshot: Snapshot, credential: Credential, database: string): VirtualErp {
  return new VirtualTryton(snapshot, credential, database)
}

class VirtualTryton implements VirtualErp {
  readonly #snapshot: Snapshot
  readonly #credential: Credential
  readonly #database: string
  readonly #tables = new Map<string, Map<string, Row>>()
  readonly #named = new Map<string, string>()
  readonly #filed = new Map<string, Filed>()
  readonly #captured = new Map<string, readonly StoredDocument[]>()
  /** How many creates of one run asked for a captured document: each export of the same payload gets the next one. */
  readonly #asked = new Map<string, number>()
  readonly #unrecorded = new Set<string>()
  readonly #names: Names
  #nextId = 5000
  readonly #sessions = new Set<string>()
  /** Whether the request that is being answered was answered from rules. */
  #byRules = false

  constructor(snapshot: Snapshot, credential: Credential, database: string) {
    this.#snapshot = snapshot
    this.#credential = credential
    this.#database = database
    this.#names = {
      learn: () => undefined,
      nameOf: (model, id) => this.#nameOf(model, id),
      idOf: (model, name) => this.#named.get(`${model} ${name}`),
    }
    for (const [model, values] of Object.entries(snapshot.values)) {
      for (const value of values) this.#insert(model, value.code, {})
    }
    for (const [model, values] of Object.entries(snapshot.values)) {
      for (const value of values) {
        const row = this.#table(model).get(this.#named.get(`${model} ${value.code}`) ?? '')
        if (row) row.values = this.#wire(model, value.code, { ...value.fields, active: value.active })
      }
    }
    for (const document of snapshot.documents) {
      const digest = fingerprintOf(document.sent)
      this.#captured.set(digest, [...(this.#captured.get(digest) ?? []), document])
    }
  }

  unrecorded(): readonly string[] {
    return [...this.#unrecorded]
  }

  handle(request: RecordedRequest): RecordedResponse {
    this.#byRules = false
    const response = this.#answer(request)
    return this.#byRules ? { ...response, headers: { ...response.headers, [VIRTUAL_BY_RULES]: 'yes' } } : response
  }

  #answer(request: RecordedRequest): RecordedResponse {
    const call = callOf(request)
    if (request.method !== 'POST') return { status: 405, headers: {} }
    if (call === undefined)
      return { status: 400, headers: { 'content-type': 'text/html' }, body: { text: 'Bad Request' } }
    try {
      if (call.method === 'common.server.version') return responseOf(request, { result: this.#snapshot.meta.build })
      if (request.path !== `/${this.#database}/`) return { status: 404, headers: {} }
      if (call.method === 'common.db.login') return this.#login(request, call)
      if (!this.#sessions.has(request.headers.authorization ?? '')) return { status: 401, headers: {} }
      return responseOf(request, { result: this.#perform(request, call) })
    } catch (error) {
      if (error instanceof Refusal) return responseOf(request, { error: error.error })
      if (error instanceof UnknownField) return responseOf(request, { error: [`'${error.field}'`, ''] })
      if (error instanceof UnknownOperator) return notSimulated(`search ${error.message}`)
      throw error
    }
  }

  #login(request: RecordedRequest, call: Call): RecordedResponse {
    const [user = null, parameters = null] = call.params
    const password = isJsonObject(parameters) ? parameters.password : undefined
    if (user !== this.#credential.user || password !== this.#credential.password) return { status: 401, headers: {} }
    const key = fingerprintOf([this.#credential.user, String(++this.#nextId)]).slice('sha256:'.length)
    this.#sessions.add(`Session ${Buffer.from(`${this.#credential.user}:1:${key}`).toString('base64')}`)
    return responseOf(request, { result: [jsonNumber(1), key] })
  }

  #perform(request: RecordedRequest, call: Call): Json {
    const [, model = '', method = ''] = /^model\.(.+)\.(\w+)$/.exec(call.method) ?? []
    if (model === 'res.user' && method === 'get_preferences') return this.#preferences()
    if (this.#snapshot.schema.resources[model] === undefined && !this.#tables.has(model))
      throw new Refusal([`'${model}'`, ''])
    const [first = null, second = null, third = null, fourth = null, fifth = null] = call.params
    switch (method) {
      case 'search':
        return this.#search(model, first, second, third, fourth).map((row) => jsonNumber(row.id))
      case 'search_count':
        return jsonNumber(this.#search(model, first, null, null, null).length)
      case 'search_read':
        return this.#search(model, first, second, third, fourth).map((row) => this.#read(model, row, fifth))
      case 'read':
        return idsIn(first).map((id) => {
          const row = this.#table(model).get(id)
          if (row === undefined)
            throw new Refusal(['UserError', [`Record ${id} of ${model} does not exist.`, '', null]])
          return this.#read(model, row, second)
        })
      case 'create':
        if (model === INVOICE) return this.#create(request)
        break
      case 'delete':
        if (model === INVOICE) {
          for (const id of idsIn(first)) this.#delete(id)
          return null
        }
        break
      default:
        if (model === INVOICE) {
          for (const id of idsIn(first)) this.#transition(id, method)
          return null
        }
    }
    throw new UnknownOperator(`${model}.${method}`)
  }

  #preferences(): Json {
    const company = this.#table('company.company').values().next().value
    return {
      company_filter: 'one',
      company: company === undefined ? null : jsonNumber(company.id),
      'company.rec_name': company?.values.rec_name ?? null,
      language: 'en',
      language_direction: 'ltr',
      ...preferencesOf(this.#snapshot),
    }
  }

  #search(model: string, domain: Json, offset: Json, limit: Json, clauses: Json): readonly Row[] {
    // A real release refuses a field that it does not have before it looks at any record.
    for (const { field, operator } of clausesOf(domain)) {
      if (!this.#hasField(model, field)) throw new UnknownField(field)
      if (!isKnownOperator(operator)) throw new UnknownOperator(`${field} ${operator}`)
    }
    const showsInactive = mentions(domain, 'active') || fieldOf(this.#snapshot.schema, model, 'active') === undefined
    const found = [...this.#table(model).values()].filter((row) => {
      const active = row.values.active
      return (
        (showsInactive || active === undefined || active === true) &&
        satisfies(domain, (field) => this.#value(model, row, field))
      )
    })
    const sorted =
      isJsonArray(clauses) && clauses.length > 0
        ? found.toSorted((left, right) => this.#compare(model, clauses, left, right))
        : found
    const start = isJsonNumber(offset) ? Number(offset.value) : 0
    return sorted.slice(start, isJsonNumber(limit) ? start + Number(limit.value) : undefined)
  }

  #compare(model: string, clauses: readonly Json[], left: Row, right: Row): number {
    for (const clause of clauses) {
      const [field, direction] = isJsonArray(clause) ? clause : []
      if (typeof field !== 'string') continue
      const sign = typeof direction === 'string' && direction.startsWith('DESC') ? -1 : 1
      const [a = null, b = null] = [left, right].map((row) => {
        const value = this.#value(model, row, field)
        if (value === undefined) throw new UnknownField(field)
        return comparable(value)
      })
      const found = a === null || b === null ? Number(a === null) - Number(b === null) : sign * order(a, b)
      if (found !== 0 && !Number.isNaN(found)) return found
    }
    return 0
  }

  #hasField(model: string, path: string): boolean {
    const [name = '', ...rest] = path.split('.')
    if (name === 'id') return rest.length === 0
    const field = fieldOf(this.#snapshot.schema, model, name)
    if (field === undefined) return false
    // What is published of the other record decides; a record that nothing is known of is not judged.
    const relation = field.relation
    const isKnown = relation !== undefined && this.#snapshot.schema.resources[relation] !== undefined
    return rest.length === 0 || !isKnown || this.#hasField(relation, rest.join('.'))
  }

  /** A field of a record for a domain, following relations by dots. `undefined` when the release has no such field. */
  #value(model: string, row: Row, path: string): Json | undefined {
    const [name = '', ...rest] = path.split('.')
    if (name === 'id') return jsonNumber(row.id)
    const field = fieldOf(this.#snapshot.schema, model, name)
    if (field === undefined) return undefined
    const value = row.values[name] ?? null
    if (rest.length === 0 || field.relation === undefined) return value
    const related = this.#table(field.relation).get(idOf(value) ?? '')
    return related === undefined ? null : this.#value(field.relation, related, rest.join('.'))
  }

  #read(model: string, row: Row, wanted: Json): Json {
    const record: Record<string, Json> = { id: jsonNumber(row.id) }
    for (const name of isJsonArray(wanted) ? wanted : []) {
      if (typeof name !== 'string' || name === 'id') continue
      if (fieldOf(this.#snapshot.schema, model, name) === undefined && name !== 'rec_name') throw new UnknownField(name)
      const value = row.values[name]
      if (value === undefined) throw new UnknownOperator(`read ${model}.${name}: the snapshot has no value`)
      record[name] = value
    }
    return record
  }

  #create(request: RecordedRequest): Json {
    const { schema } = this.#snapshot
    return sentRecords(request, INVOICE, schema, this.#names).map((sent) => {
      const source = this.#capturedFor(sent)
      const stage = source?.stages.find((candidate) => candidate.after === 'create')
      if (stage === undefined) return this.#createBySchema(sent)
      const filed: Filed = {
        source,
        sent,
        key: source?.key ?? '',
        stage: 'create',
        ids: new Map(),
        tag: tagOf(sent),
      }
      const document = this.#documentOf(stage, filed.tag)
      return this.#file(document, filed)
    })
  }

  /** The captured document that a create follows, whatever run tag its reference carries. */
  #capturedFor(sent: JsonObject): StoredDocument | undefined {
    const tag = tagOf(sent)
    const digest = fingerprintOf(tag === '' ? sent : { ...sent, reference: withoutTag(sent.reference, tag) })
    const documents = this.#captured.get(digest) ?? []
    const asked = this.#asked.get(tag + digest) ?? 0
    this.#asked.set(tag + digest, asked + 1)
    const last = documents.at(-1)
    // A refused create leaves nothing behind, so whoever sends it again is refused again.
    const isRefused = last?.stages.some((stage) => stage.after === 'create' && stage.outcome === 'rejected')
    return documents[asked] ?? (isRefused ? last : undefined)
  }

  #createBySchema(sent: JsonObject): Json {
    const refusal = refusalBySchema(sent, this.#snapshot, (model, name) => this.#named.has(`${model} ${name}`))
    if (refusal !== undefined) throw new Refusal(refusal)
    this.#byRules = true
    const key = `${String(sent.party)} ${String(sent.reference)}`
    this.#unrecorded.add(key)
    return this.#file(storedBySchema(sent, 'create', this.#snapshot), {
      source: undefined,
      sent,
      key,
      stage: 'create',
      ids: new Map(),
      tag: '',
    })
  }

  #file(document: JsonObject, filed: Filed): Json {
    const id = this.#materialize(document, filed)
    this.#filed.set(id, filed)
    return jsonNumber(id)
  }

  #transition(id: string, method: string): void {
    const filed = this.#filed.get(id)
    if (filed === undefined) throw new Refusal(['UserError', [`Record ${id} of ${INVOICE} does not exist.`, '', null]])
    const stages = filed.source?.stages ?? []
    const at = stages.findIndex((stage) => stage.after === filed.stage)
    const stage = stages.slice(at + 1).find((candidate) => candidate.after === method)
    if (stage !== undefined) {
      const document = this.#documentOf(stage, filed.tag)
      filed.stage = method
      this.#materialize(document, filed)
      return
    }
    // The real release was never asked to do this to this document, so what follows is told from rules.
    this.#byRules = true
    this.#unrecorded.add(filed.key)
    const stored = storedBySchema(filed.sent, method, this.#snapshot)
    filed.stage = method
    this.#materialize(stored, filed)
  }

  #documentOf(stage: DocumentStage, tag: string): JsonObject {
    if (stage.outcome === 'rejected') throw new Refusal(stage.error ?? ['UserError', ['', '', null]])
    if (!isJsonObject(stage.document)) return {}
    const { reference } = stage.document
    return tag === '' || typeof reference !== 'string'
      ? stage.document
      : { ...stage.document, reference: reference.trimEnd() + tag + reference.slice(reference.trimEnd().length) }
  }

  #delete(id: string): void {
    const row = this.#table(INVOICE).get(id)
    if (row?.values.state !== 'draft') {
      throw new Refusal(['UserError', ['An invoice can be deleted only while it is a draft.', '', null]])
    }
    for (const key of this.#filed.get(id)?.ids.values() ?? []) {
      const [model = '', child = ''] = key.split(' ')
      this.#table(model).delete(child)
    }
    this.#filed.delete(id)
  }

  /** Turns a document into records; a record that was there at an earlier stage keeps its id. */
  #materialize(document: JsonObject, filed: Filed): string {
    this.#assignIds(INVOICE, '', document, filed)
    return this.#write(INVOICE, '', document, filed)
  }

  /** Gives every record of a document an id first, because records name each other in both directions. */
  #assignIds(model: string, path: string, document: JsonObject, filed: Filed): void {
    if (!filed.ids.has(path)) filed.ids.set(path, `${model} ${this.#nextId++}`)
    for (const [name, value] of Object.entries(document)) {
      const relation = fieldOf(this.#snapshot.schema, model, name)?.relation
      if (relation === undefined) continue
      const place = path === '' ? name : `${path}/${name}`
      if (isJsonObject(value)) this.#assignIds(relation, place, value, filed)
      for (const [index, item] of (isJsonArray(value) ? value : []).entries()) {
        if (isJsonObject(item)) this.#assignIds(relation, `${place}/${index}`, item, filed)
      }
    }
  }

  #write(model: string, path: string, document: JsonObject, filed: Filed): string {
    const id = filed.ids.get(path)?.split(' ')[1] ?? ''
    const values = Object.entries(document).map(([name, value]): [string, Json] => {
      const field = fieldOf(this.#snapshot.schema, model, name)
      const relation = field?.relation
      const kind = field === undefined ? 'none' : relationKind(field.type)
      if (relation === undefined || kind === 'none') return [name, this.#plain(value, field?.type ?? 'unknown', filed)]
      const one = (item: Json, at: string): Json => {
        if (isJsonObject(item))
          return jsonNumber(this.#write(relation, path === '' ? at : `${path}/${at}`, item, filed))
        if (typeof item !== 'string') return item
        return jsonNumber(item.startsWith('@') ? inside(item, filed) : this.#idOf(relation, item))
      }
      if (kind === 'one') return [name, one(value, name)]
      return [name, isJsonArray(value) ? value.map((item, index) => one(item, `${name}/${index}`)) : []]
    })
    this.#table(model).set(id, { id, values: Object.fromEntries(values) })
    return id
  }

  /** A reference such as `account.invoice.line @lines/0` names a record of the same document. */
  #plain(value: Json, type: string, filed: Filed): Json {
    const [, model, path] =
      type === 'reference' && typeof value === 'string' ? (/^([\w.]+) (@.+)$/.exec(value) ?? []) : []
    return model === undefined || path === undefined ? wireValue(value, type) : `${model},${inside(path, filed)}`
  }

  /** Values of a listed record on the wire. */
  #wire(model: string, code: string, fields: Readonly<Record<string, Json>>): Record<string, Json> {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]): [string, Json] => {
        const field = fieldOf(this.#snapshot.schema, model, name)
        const relation = field?.relation
        const kind = field === undefined ? 'none' : relationKind(field.type)
        if (relation === undefined || kind === 'none') return [name, wireValue(value, field?.type ?? 'unknown')]
        if (kind === 'one') return [name, typeof value === 'string' ? jsonNumber(this.#idOf(relation, value)) : null]
        const items = isJsonArray(value) ? value : []
        return [name, items.map((item) => jsonNumber(this.#idOf(relation, `${code}/${String(item)}`)))]
      }),
    )
  }

  /** The id of a named record; a record that is in no value list, such as an address, comes to be when it is named. */
  #idOf(model: string, name: string): string {
    return (
      this.#named.get(`${model} ${name}`) ??
      this.#insert(model, name, { rec_name: name, [CODE_FIELDS[model] ?? 'rec_name']: name })
    )
  }

  #insert(model: string, name: string, values: Readonly<Record<string, Json>>): string {
    const id = String(this.#nextId++)
    this.#table(model).set(id, { id, values })
    this.#named.set(`${model} ${name}`, id)
    return id
  }

  #nameOf(model: string, id: string): string | undefined {
    for (const [key, known] of this.#named)
      if (known === id && key.startsWith(`${model} `)) return key.slice(model.length + 1)
    return undefined
  }

  #table(model: string): Map<string, Row> {
    const table = this.#tables.get(model) ?? new Map<string, Row>()
    this.#tables.set(model, table)
    return table
  }
}

/** The run tag in the reference of a sent invoice; empty without one. */
function tagOf(sent: JsonObject): string {
  return typeof sent.reference === 'string' ? (RUN_TAG.exec(sent.reference)?.[0] ?? '') : ''
}

function withoutTag(reference: Json | undefined, tag: string): Json {
  return typeof reference === 'string' ? reference.replace(tag, '') : null
}

/** The id of a record of the same document, by its path. */
function inside(reference: string, filed: Filed): string {
  return filed.ids.get(reference === '@invoice' ? '' : reference.slice(1))?.split(' ')[1] ?? '-1'
}

function preferencesOf(snapshot: Snapshot): JsonObject {
  const preferences = toJson(snapshot.meta.adapter.preferences ?? {})
  return isJsonObject(preferences) ? preferences : {}
}

/** What the virtual ERP cannot answer it refuses outside the protocol, so that it is never taken for an ERP's answer. */
function notSimulated(what: string): RecordedResponse {
  return {
    status: 501,
    headers: { 'content-type': 'text/plain' },
    body: { text: `The virtual ERP does not simulate: ${what}.` },
  }
}
