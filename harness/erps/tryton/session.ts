import { GateError } from '../../base/errors.ts'
import { shortFingerprintOf } from '../../base/fingerprint.ts'
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  jsonNumber,
  toJson,
  writeJson,
} from '../../base/json.ts'
import { bareObject } from '../../base/json-text.ts'
import { remembered } from '../../base/remembered.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'
import type { ErpSchema } from '../../model/schema.ts'
import type { ListedValue, ValueLists } from '../../model/snapshot.ts'
import {
  type Credential,
  type Identity,
  type Operation,
  type ReadBack,
  type Repeatable,
  type Session,
  type Transport,
  VIRTUAL_SERVER,
} from '../../ports/erp.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'
import { answerOf, requestOf, responseOf } from '../protocols/json-rpc.ts'
import { CODE_FIELDS } from './answers.ts'
import { canonicalValue, fieldsOf, idOf, idsIn, relationKind } from './fields.ts'
import { DOCUMENT_MODELS, INVOICE } from './operations.ts'

/** Code of the party that only a sandbox has; `docs/sandbox.md` says how to set it. */
export const SANDBOX_MARKER = 'CHANGE-GATE-SANDBOX'

/** Relations that lead from an invoice to the records it is made of. */
const TREE: Readonly<Record<string, readonly string[]>> = {
  [INVOICE]: ['lines', 'taxes', 'move', 'cancel_move'],
  'account.invoice.line': ['analytic_accounts'],
  'account.move': ['lines'],
  'account.move.line': ['analytic_lines'],
}

/** Who wrote a record, when, and under which id: true of every write, and never the same twice. */
const BOOKKEEPING = [
  'id',
  'create_date',
  'create_uid',
  'write_date',
  'write_uid',
  'post_date',
  'last_modification_date',
]

/** Methods that write nothing, so that they may be called again. */
const READS = /\.(read|search|search_count|search_read|fields_get|get_preferences|version)$/

/** Whether an answer came through whole: half a JSON text and a maintenance page are no envelope. */
const WHOLE: Repeatable = { isWhole: (response) => answerOf(response).state !== 'unreadable' }

/** Models whose label is an address or an identifier of a person; it is compared by digest. */
const PERSONAL_MODELS = ['party.address', 'party.identifier', 'party.contact_mechanism', 'bank.account.number']

/** An authenticated Tryton session. */
export class TrytonSession implements Session {
  readonly #transport: Transport
  readonly #database: string
  readonly #authorization: string
  readonly #user: string
  #context: JsonObject = {}
  #calls = 0
  readonly #labels = new Map<string, string>()

  private constructor(transport: Transport, database: string, user: string, authorization: string) {
    this.#transport = transport
    this.#database = database
    this.#user = user
    this.#authorization = authorization
  }

  /** Logs in. Throws `target-refused-login` or `target-fault`. */
  static async open(transport: Transport, credential: Credential, database: string): Promise<TrytonSession> {
    const request = requestOf(`/${database}/`, 0, {
      method: 'common.db.login',
      params: [credential.user, { password: credential.password }],
    })
    // A log-in stores nothing but a session, so it may be tried again.
    const response = await transport.send(request, WHOLE)
    const answer = response.status === 200 ? answerOf(response) : undefined
    const [id, key] = answer?.state === 'result' && isJsonArray(answer.result) ? answer.result : []
    if (id === undefined || typeof key !== 'string') {
      throw new GateError(
        response.status === 401 ? 'target-refused-login' : 'target-fault',
        `${transport.url} did not log in user "${credential.user}" to database "${database}" (HTTP ${response.status}).`,
        {
          hint: 'Check the credential and the database name; a lapsed credential is for the owner named in integration.yaml.',
        },
      )
    }
    const token = Buffer.from(`${credential.user}:${idOf(id) ?? ''}:${key}`).toString('base64')
    const session = new TrytonSession(transport, database, credential.user, `Session ${token}`)
    const preferences = await session.#call('model.res.user.get_preferences', [true])
    const company = isJsonObject(preferences) ? preferences.company : undefined
    session.#context = { language: 'en', ...(company === undefined ? {} : { company }) }
    return session
  }

  async identify(): Promise<Identity> {
    const response = await this.#transport.send(
      requestOf('/', 0, { method: 'common.server.version', params: [] }),
      WHOLE,
    )
    const version = answerOf(response)
    const build = version.state === 'result' && typeof version.result === 'string' ? version.result : 'unknown'
    const marker = await this.#call('model.party.party.search_count', [[['code', '=', SANDBOX_MARKER]]])
    const proven = idOf(marker) === '1'
    return {
      product: 'tryton',
      release: build.split('.').slice(0, 2).join('.'),
      build,
      environment: proven ? 'sandbox' : 'unknown',
      proof: proven
        ? `party ${SANDBOX_MARKER} exists in database ${this.#database}`
        : `party ${SANDBOX_MARKER} does not exist in database ${this.#database}`,
      simulated: response.headers.server === VIRTUAL_SERVER,
      principal: this.#user,
    }
  }

  authorize(request: RecordedRequest): RecordedRequest {
    const path = request.path === '/' ? '/' : `/${this.#database}/`
    return { ...request, path, headers: { ...request.headers, authorization: this.#authorization } }
  }

  send(request: RecordedRequest, readsOnly: boolean): Promise<RecordedResponse> {
    return this.#transport.send(request, readsOnly ? WHOLE : undefined)
  }

  /** Tryton answers a create with the new ids, and a transition or a deletion with nothing. */
  async answerOf(operation: Operation, request: RecordedRequest, id: string): Promise<RecordedResponse> {
    return responseOf(request, { result: operation.kind === 'create' ? [jsonNumber(id)] : null })
  }

  async describe(resources: readonly string[]): Promise<SchemaDocument> {
    const models: Record<string, Json> = {}
    for (const model of [...resources].sort()) models[model] = await this.#call(`model.${model}.fields_get`, [[]])
    const { release } = await this.identify()
    return {
      name: `${this.#transport.url} fields_get`,
      text: writeJson(toJson({ product: 'tryton', release, models })),
    }
  }

  async extras(): Promise<JsonObject> {
    const preferences = await this.#call('model.res.user.get_preferences', [true])
    if (!isJsonObject(preferences)) return {}
    const {
      company: _,
      'company.rec_name': __,
      employee: ___,
      employees: ____,
      companies: _____,
      groups: ______,
      ...rest
    } = preferences
    return { preferences: rest }
  }

  async listValues(lists: Readonly<Record<string, readonly string[]>>): Promise<ValueLists> {
    const rows = new Map<string, readonly JsonObject[]>()
    for (const [model, fields] of Object.entries(lists)) {
      const code = CODE_FIELDS[model]
      const wanted = [...new Set([...(code === undefined ? [] : [code]), ...fields])]
      const found = await this.#call(
        `model.${model}.search_read`,
        // Naming `active` in the domain is what makes Tryton list inactive records too.
        [fields.includes('active') ? [['active', 'in', [true, false]]] : [], jsonNumber(0), null, null, wanted],
      )
      rows.set(model, isJsonArray(found) ? found.filter(isJsonObject) : [])
    }
    for (const row of rows.get('party.party') ?? []) {
      for (const [index, id] of idsIn(row.addresses).entries()) {
        this.#labels.set(`party.address ${id}`, `${String(row.code)}/addresses/${index}`)
      }
    }
    const codeOf = (model: string, id: string): string | undefined => {
      const row = rows.get(model)?.find((candidate) => idOf(candidate.id) === id)
      const value = row?.[CODE_FIELDS[model] ?? '']
      return typeof value === 'string' ? value : undefined
    }
    return Object.fromEntries(
      [...rows].map(([model, records]) => [model, records.map((record) => listed(model, record, codeOf))]),
    )
  }

  async find(supplierId: string, reference: string): Promise<readonly string[]> {
    const domain = [
      ['party', '=', jsonNumber(supplierId)],
      ['reference', '=', reference],
    ]
    return idsIn(await this.#call(`model.${INVOICE}.search`, [domain, jsonNumber(0), null, null]))
  }

  async remove(id: string): Promise<'deleted' | 'voided' | 'left'> {
    const [record] = await this.#read(INVOICE, [id], ['state'])
    const state = record?.state
    if (state === 'draft' || state === 'validated') {
      await this.#call(`model.${INVOICE}.delete`, [[jsonNumber(id)]])
      return 'deleted'
    }
    if (state === 'posted') {
      await this.#call(`model.${INVOICE}.cancel`, [[jsonNumber(id)]])
      return 'voided'
    }
    return state === 'cancelled' ? 'voided' : 'left'
  }

  async readBack(id: string, schema: ErpSchema, values: ValueLists): Promise<ReadBack | undefined> {
    const tree = new Map<string, JsonObject>()
    const names = new Map<string, string>()
    await this.#collect(INVOICE, [[id, '']], schema, tree, names)
    if (!tree.has(`${INVOICE} ${id}`)) return undefined
    const codes = codesOf(values)
    await this.#learnLabels(tree, schema, (key) => names.has(key) || codes.has(key))
    const nameOf = (model: string, recordId: string): string => {
      const key = `${model} ${recordId}`
      const path = names.get(key)
      return codes.get(key) ?? (path === undefined ? undefined : `@${path}`) ?? this.#labels.get(key) ?? `${model} ?`
    }
    const parts = [...names].map(([key, path]) => {
      const [resource = '', part = ''] = key.split(' ')
      return { resource, id: part, path: path === 'invoice' ? '' : path }
    })
    return { document: this.#document(INVOICE, id, schema, tree, nameOf), parts }
  }

  /** Reads records and, level by level, the records they are made of. */
  async #collect(
    model: string,
    records: readonly (readonly [id: string, path: string])[],
    schema: ErpSchema,
    tree: Map<string, JsonObject>,
    names: Map<string, string>,
  ): Promise<void> {
    const { compared, parts } = modelOf(schema, model)
    const rows = await this.#read(
      model,
      records.map(([id]) => id),
      compared,
    )
    const paths = new Map(records.toReversed())
    const next = new Map<string, [string, string][]>()
    for (const row of rows) {
      const id = idOf(row.id) ?? ''
      const path = paths.get(id) ?? ''
      tree.set(`${model} ${id}`, row)
      names.set(`${model} ${id}`, path === '' ? 'invoice' : path)
      for (const { name, relation, isOne } of parts) {
        const ids = isOne ? [idOf(row[name])] : idsIn(row[name])
        for (const [index, child] of ids.entries()) {
          if (child === undefined || tree.has(`${relation} ${child}`)) continue
          const own = isOne ? name : `${name}/${index}`
          const children = next.get(relation) ?? []
          next.set(relation, children)
          children.push([child, path === '' ? own : `${path}/${own}`])
        }
      }
    }
    for (const [relation, children] of next) await this.#collect(relation, children, schema, tree, names)
  }

  /** Learns the label of every record that is neither part of the document nor in a value list. */
  async #learnLabels(
    tree: ReadonlyMap<string, JsonObject>,
    schema: ErpSchema,
    isKnown: (key: string) => boolean,
  ): Promise<void> {
    const unknown = new Map<string, Set<string>>()
    for (const [key, row] of tree) {
      const model = key.slice(0, key.indexOf(' '))
      for (const { name, relation } of modelOf(schema, model).ones) {
        const id = idOf(row[name])
        if (id === undefined) continue
        const target = `${relation} ${id}`
        if (isKnown(target) || this.#labels.has(target)) continue
        unknown.set(relation, (unknown.get(relation) ?? new Set()).add(id))
      }
    }
    for (const [model, ids] of unknown) {
      for (const row of await this.#read(model, [...ids], ['rec_name'])) {
        const label = row.rec_name ?? null
        const text = typeof label === 'string' ? label : ''
        this.#labels.set(
          `${model} ${idOf(row.id) ?? ''}`,
          PERSONAL_MODELS.includes(model) ? digestedLabel(model, text) : text,
        )
      }
    }
  }

  #document(
    model: string,
    id: string,
    schema: ErpSchema,
    tree: ReadonlyMap<string, JsonObject>,
    nameOf: (model: string, id: string) => string,
  ): Json {
    const row = tree.get(`${model} ${id}`) ?? {}
    const { fields } = modelOf(schema, model)
    const document = bareObject()
    for (const [name, value] of Object.entries(row)) {
      const field = fields.get(name)
      // `read` always answers with the id, whatever was asked for.
      if (field === undefined) continue
      const { type, relation, isPart } = field
      const kind = relationKind(type)
      if (relation === undefined || kind === 'none') {
        document[name] = this.#plain(value, type, nameOf)
        continue
      }
      const record = (child: string): Json =>
        isPart ? this.#document(relation, child, schema, tree, nameOf) : nameOf(relation, child)
      const child = kind === 'many' ? undefined : idOf(value)
      document[name] = kind === 'many' ? idsIn(value).map(record) : child === undefined ? null : record(child)
    }
    return document
  }

  #plain(value: Json, type: string, nameOf: (model: string, id: string) => string): Json {
    const plain = canonicalValue(value, type)
    const [, model, id] =
      type === 'reference' && typeof plain === 'string' ? (/^([\w.]+),(-?\d+)$/.exec(plain) ?? []) : []
    return model === undefined || id === undefined ? plain : `${model} ${nameOf(model, id)}`
  }

  async #read(model: string, ids: readonly string[], fields: readonly string[]): Promise<readonly JsonObject[]> {
    const result = await this.#call(`model.${model}.read`, [ids.map((id) => jsonNumber(id)), fields])
    return isJsonArray(result) ? result.filter(isJsonObject) : []
  }

  /** Makes one call of the gate's own. Throws `target-fault` when it is not answered with a result. */
  async #call(method: string, params: readonly Json[], path = `/${this.#database}/`): Promise<Json> {
    const context = method.startsWith('model.') ? [this.#context] : []
    const request = requestOf(path, this.#calls++, { method, params: [...params, ...context] })
    const authorized = { ...request, headers: { ...request.headers, authorization: this.#authorization } }
    const response = await this.#transport.send(authorized, READS.test(method) ? WHOLE : undefined)
    const answer = response.status === 200 ? answerOf(response) : undefined
    if (answer?.state === 'result') return answer.result
    const detail =
      answer?.state === 'error'
        ? writeJson(answer.error).slice(0, 300)
        : answer?.state === 'unreadable'
          ? `no JSON-RPC envelope: ${answer.text.slice(0, 120)}`
          : `HTTP ${response.status}`
    const isRefused = response.status === 401 || response.status === 403
    throw new GateError(
      isRefused ? 'target-refused-login' : answer?.state === 'error' ? 'target-fault' : 'target-unreachable',
      `${this.#transport.url} did not answer ${method}: ${detail}.`,
      {
        hint: 'Check that the user may call it, that the session has not lapsed and that the ERP is not in maintenance.',
      },
    )
  }
}

/** What a read-back has to know of a model; made of its fields once. */
type Model = Readonly<{
  /** Fields that say something about a document. */
  fields: ReadonlyMap<string, Readonly<{ type: string; relation: string | undefined; isPart: boolean }>>
  /** Those of them that are asked for. */
  compared: readonly string[]
  /** Those that name one record. */
  ones: readonly Relation[]
  /** Those that lead to the records that this one is made of. */
  parts: readonly Relation[]
}>

type Relation = Readonly<{ name: string; relation: string; isOne: boolean }>

const modelsOf = remembered(
  (schema: ErpSchema): ReadonlyMap<string, Model> =>
    new Map(Object.keys(schema.resources).map((model) => [model, readModel(schema, model)])),
)

function modelOf(schema: ErpSchema, model: string): Model {
  return modelsOf(schema).get(model) ?? NO_MODEL
}

const NO_MODEL: Model = { fields: new Map(), compared: [], ones: [], parts: [] }

function readModel(schema: ErpSchema, model: string): Model {
  const tree = TREE[model] ?? []
  const kept = [...fieldsOf(schema, model)].filter(([name]) => !BOOKKEEPING.includes(name))
  const relations = new Map(
    kept.flatMap(([name, { type, relation }]): [string, Relation][] =>
      relation === undefined ? [] : [[name, { name, relation, isOne: relationKind(type) === 'one' }]],
    ),
  )
  const isPart = (name: string, relation = '') => tree.includes(name) && DOCUMENT_MODELS.includes(relation)
  return {
    fields: new Map(
      kept.map(([name, { type, relation }]) => [name, { type, relation, isPart: isPart(name, relation) }]),
    ),
    compared: kept.flatMap(([name, { type }]) => (type === 'binary' ? [] : [name])),
    ones: [...relations.values()].filter(({ isOne }) => isOne),
    parts: tree.flatMap((name) => relations.get(name) ?? []),
  }
}

/** Codes of all listed values, by model and id. */
const codesOf = remembered(
  (values: ValueLists): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(values).flatMap(([model, list]) => list.map(({ id, code }) => [`${model} ${id}`, code] as const)),
    ),
)

/** A personal label by its digest; a virtual ERP has only the digest and answers with it. */
function digestedLabel(model: string, text: string): string {
  return new RegExp(`^${model} [0-9a-f]{12}$`).test(text) ? text : `${model} ${shortFingerprintOf(text)}`
}

function listed(
  model: string,
  record: JsonObject,
  codeOf: (model: string, id: string) => string | undefined,
): ListedValue {
  const code = record[CODE_FIELDS[model] ?? '']
  const fields = Object.entries(record).flatMap(([name, value]): [string, Json][] => {
    if (name === 'id') return []
    return [[name, canonicalField(model, name, value, codeOf)]]
  })
  return {
    id: idOf(record.id) ?? '',
    code: typeof code === 'string' ? code : '',
    active: record.active === undefined || canonicalValue(record.active, 'boolean') === true,
    fields: Object.fromEntries(fields),
  }
}

/** Relations among value lists by code; what is in no list by how many there are. */
function canonicalField(
  model: string,
  name: string,
  value: Json,
  codeOf: (model: string, id: string) => string | undefined,
): Json {
  if (name === 'active') return canonicalValue(value, 'boolean')
  if (isJsonArray(value)) return value.map((_, index) => `${name}/${index}`)
  const id = idOf(value)
  const relation = LIST_RELATIONS[`${model}.${name}`]
  if (id !== undefined && relation !== undefined) return codeOf(relation, id) ?? null
  return canonicalValue(value, 'unknown')
}

/** Fields of value lists that name a record of another list. */
const LIST_RELATIONS: Readonly<Record<string, string>> = {
  'account.account.parent': 'account.account',
  'account.tax.parent': 'account.tax',
  'account.tax.invoice_account': 'account.account',
  'account.tax.credit_note_account': 'account.account',
  'account.period.fiscalyear': 'account.fiscalyear',
  'analytic_account.account.root': 'analytic_account.account',
  'analytic_account.account.parent': 'analytic_account.account',
  'company.company.currency': 'currency.currency',
}
