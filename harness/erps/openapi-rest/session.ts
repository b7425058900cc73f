import { GateError } from '../../base/errors.ts'
import { isPassing } from '../../base/http.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { valueAt } from '../../base/pointer.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'
import type { RestApi } from '../../model/rest-api.ts'
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
import { listedRow } from './answers.ts'
import { namedDocument } from './operations.ts'
import { holds, membersOf, textOf, valuesAt } from './places.ts'
import { forTenant, jsonOf, type RestErp, requestOf, rowsIn } from './routes.ts'
import { wrapped } from './rules.ts'
import { propertiesOf } from './schema.ts'

type Jobs = NonNullable<RestApi['jobs']>

/** More pages than any value list has; a list that never ends is a fault of the ERP. */
const MOST_PAGES = 1000

/** Whether an answer came through whole: half a JSON text and a maintenance page are no JSON. */
const WHOLE: Repeatable = { isWhole: ({ body }) => body === undefined || 'json' in body }

/** A connection to an ERP with a REST API. */
export class RestSession implements Session {
  readonly #erp: RestErp
  readonly #product: string
  readonly #transport: Transport
  readonly #credential: Credential
  readonly #database: string

  readonly poll?: (job: string) => Promise<RecordedResponse | undefined>

  private constructor(erp: RestErp, product: string, transport: Transport, credential: Credential, database: string) {
    this.#erp = erp
    this.#product = product
    this.#transport = transport
    this.#credential = credential
    this.#database = database
    const { jobs } = erp.api
    if (jobs !== undefined) this.poll = (job) => this.#outcomeOf(job, jobs)
  }

  /** Asks who answers, which proves the credential. Throws `target-refused-login` or `target-fault`. */
  static async open(
    erp: RestErp,
    product: string,
    transport: Transport,
    credential: Credential,
    database: string,
  ): Promise<RestSession> {
    const session = new RestSession(erp, product, transport, credential, database)
    await session.identify()
    return session
  }

  async identify(): Promise<Identity> {
    const { operations, identity } = this.#erp.api
    const response = await this.#ask(operations.identify)
    const body = jsonOf(response) ?? null
    const told = (place: string | undefined) => (place === undefined ? '' : textOf(valuesAt(body, place)[0]))
    const release =
      typeof identity.release === 'string'
        ? told(identity.release)
        : (response.headers[identity.release.header.toLowerCase()] ?? '')
    const { at, is } = identity.sandbox
    const proven = holds(identity.sandbox, body)
    const answered = valueAt(body, at)
    return {
      product: this.#product,
      release: release || 'unknown',
      build: told(identity.build) || release || 'unknown',
      environment: proven ? 'sandbox' : 'unknown',
      proof: `${operations.identify} answers ${answered === undefined ? 'nothing' : JSON.stringify(answered)} at ${at}${
        proven ? '' : `, and a sandbox answers ${JSON.stringify(is)}`
      }`,
      simulated: response.headers.server === VIRTUAL_SERVER,
      principal: told(identity.principal) || this.#credential.user || 'the owner of the credential',
    }
  }

  authorize(request: RecordedRequest): RecordedRequest {
    const { auth } = this.#erp.api
    const { user, password } = this.#credential
    const header: Record<string, string> =
      auth === 'bearer'
        ? { authorization: `Bearer ${password}` }
        : auth === 'basic'
          ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
          : { [auth.header.toLowerCase()]: password }
    const bound = forTenant(request, this.#erp, this.#database)
    return { ...bound, headers: { ...bound.headers, ...header } }
  }

  send(request: RecordedRequest, readsOnly: boolean): Promise<RecordedResponse> {
    return this.#transport.send(request, readsOnly && request.method === 'GET' ? WHOLE : undefined)
  }

  async #outcomeOf(job: string, { status, state, done, failed }: Jobs): Promise<RecordedResponse | undefined> {
    const request = requestOf(status, this.#erp, { tenant: this.#database, id: job })
    const response = await this.#transport.send(this.authorize(request), WHOLE)
    const told = response.status === 200 ? textOf(valuesAt(jsonOf(response), state)[0]) : ''
    return told === '' || told === done || told === failed ? response : undefined
  }

  /**
   * Reads the document and answers with it as the ERP publishes that it answers. Throws `target-fault` where the answer holds
   * what no document shows.
   */
  async answerOf(
    operation: Operation,
    request: RecordedRequest,
    id: string,
    schema: ErpSchema,
  ): Promise<RecordedResponse> {
    const { document, envelope } = this.#erp.api
    // The plan may have sent it to another path.
    const role = operation.name.slice(operation.name.lastIndexOf('.') + 1)
    const route = this.#erp.routes.find((each) => each.role === role)
    const isCreate = operation.kind === 'create'
    const place = isCreate ? { location: `${request.path}/${encodeURIComponent(id)}` } : undefined
    const isPublished = route !== undefined && schema.resources[route.operation]?.read !== undefined
    if (operation.kind === 'remove' || operation.isDeferred === true || !isPublished) {
      return { status: isCreate ? 201 : 204, headers: place ?? {} }
    }
    const record = await this.#read(id)
    const own = schema.resources[`${document.name} (${route.role})`]
    const answered = own === undefined ? undefined : Object.keys(propertiesOf(own.read))
    const lacking = answered?.filter((name) => !isJsonObject(record) || record[name] === undefined) ?? []
    if (!isJsonObject(record) || lacking.length > 0) {
      const what = lacking.length > 0 ? `, and no document shows its ${lacking.join(', ')}` : ''
      throw new GateError('target-fault', `The answer to ${operation.name} of ${id} was lost${what}.`, {
        hint: 'Run again when the sandbox answers; name the idempotency header of the ERP in integration.yaml, if it has one.',
      })
    }
    const shown = Object.entries(record).filter(([name]) => answered?.includes(name) ?? true)
    return {
      status: isCreate ? 201 : 200,
      headers: {},
      body: { json: wrapped(envelope.read, Object.fromEntries(shown)) },
    }
  }

  async describe(): Promise<SchemaDocument | undefined> {
    const { specification, base } = this.#erp.api
    if (specification === undefined) return undefined
    const response = await this.#sent({
      method: 'GET',
      path: base + specification,
      query: '',
      headers: { accept: 'application/json, application/yaml' },
    })
    const { body } = response
    const text = body !== undefined && 'text' in body ? body.text : JSON.stringify(jsonOf(response) ?? null)
    return { name: this.#transport.url + base + specification, text }
  }

  async extras(): Promise<JsonObject> {
    return {}
  }

  async listValues(lists: Readonly<Record<string, readonly string[]>>): Promise<ValueLists> {
    const found: [string, readonly ListedValue[]][] = []
    for (const name of Object.keys(lists)) {
      const list = this.#erp.api.lists[name]
      if (list === undefined) continue
      const rows = await this.#rows(list.operation)
      found.push([
        name,
        rows.map((row) => {
          const code = textOf(valueAt(row, list.code))
          const kept = listedRow(row, list, code)
          const { id: _, ...fields } = isJsonObject(kept) ? kept : {}
          const active = list.active === undefined || holds(list.active, row)
          return { id: textOf(valueAt(row, list.id)), code, active, fields }
        }),
      ])
    }
    return Object.fromEntries(found)
  }

  async find(supplierId: string, reference: string): Promise<readonly string[]> {
    const { operations, find, document } = this.#erp.api
    const query = { [find.supplier]: supplierId, [find.reference]: reference }
    // An ERP that does not know the parameter answers with every document.
    const plain = (text: string) => text.trim().toLowerCase()
    const isWanted = (row: Json) => {
      const shown = plain(textOf(valuesAt(row, document.reference)[0]))
      return shown === '' || shown === plain(reference)
    }
    const rows = await this.#rows(operations.find, query)
    return rows.filter(isWanted).map((row) => textOf(valueAt(row, document.id)))
  }

  async remove(id: string): Promise<'deleted' | 'voided' | 'left'> {
    const { operations, document } = this.#erp.api
    const state = textOf(valuesAt(await this.#read(id), document.state)[0])
    if (state === document.states.draft && operations.remove !== undefined) {
      await this.#ask(operations.remove, { id })
      return 'deleted'
    }
    if (state === document.states.voided) return 'voided'
    if (state !== document.states.posted || operations.void === undefined) return 'left'
    await this.#ask(operations.void, { id })
    return 'voided'
  }

  async readBack(id: string, _schema: unknown, values: ValueLists): Promise<ReadBack | undefined> {
    const record = await this.#read(id)
    if (record === undefined) return undefined
    const { document } = this.#erp.api
    const codes = new Map(
      Object.entries(values).flatMap(([list, rows]) => rows.map((row) => [`${list} ${row.id}`, row.code] as const)),
    )
    const rows = membersOf(record).filter(({ place }) => place.includes('/*/') && place.endsWith(document.id))
    return {
      document: namedDocument(record, this.#erp, (list, value) => codes.get(`${list} ${value}`)),
      parts: [
        { resource: document.name, id, path: '' },
        ...rows.map(({ at, place, value }) => ({
          resource: this.#erp.fieldAt(place).resource,
          id: textOf(value),
          path: at.slice(1, -document.id.length),
        })),
      ],
    }
  }

  async #read(id: string): Promise<Json | undefined> {
    const { operations, envelope } = this.#erp.api
    const response = await this.#sent(requestOf(operations.read, this.#erp, { tenant: this.#database, id }), [404])
    if (response.status === 404) return undefined
    const record = valueAt(jsonOf(response) ?? null, envelope.read)
    if (isJsonObject(record)) return record
    throw this.#otherAnswer(operations.read, response, `no document at ${envelope.read || 'its root'}`)
  }

  /** Every row of a list, page after page. */
  async #rows(operation: string, asked: Readonly<Record<string, string>> = {}): Promise<readonly Json[]> {
    const { envelope } = this.#erp.api
    const rows: Json[] = []
    let query = asked
    for (let page = 0; page < MOST_PAGES; page++) {
      const response = await this.#ask(operation, { query })
      const body = jsonOf(response)
      if (!isJsonArray(valueAt(body ?? null, envelope.list))) {
        throw this.#otherAnswer(operation, response, `no list at ${envelope.list || 'its root'}`)
      }
      rows.push(...rowsIn(body, envelope.list))
      const next = envelope.next === undefined ? '' : textOf(valuesAt(body, envelope.next)[0])
      if (next === '' || envelope.cursor === undefined) return rows
      query = { ...asked, [envelope.cursor]: next }
    }
    throw new GateError('target-fault', `${operation} has more than ${MOST_PAGES} pages.`, {
      hint: 'Check envelope.next and envelope.cursor in integration.yaml: the same page may be asked for again and again.',
    })
  }

  /** An answer that is not what the configuration says: of a proxy or a login page, or the configuration is wrong. */
  #otherAnswer(operation: string, response: RecordedResponse, lacks: string): GateError {
    return new GateError(
      WHOLE.isWhole(response) ? 'target-fault' : 'target-unreachable',
      `${this.#transport.url} answered ${operation} with ${lacks}.`,
      {
        hint: 'Check that the ERP itself answers, and envelope under erp.api in integration.yaml.',
      },
    )
  }

  #ask(
    operation: string,
    filled: Readonly<{ id?: string; query?: Readonly<Record<string, string>> }> = {},
  ): Promise<RecordedResponse> {
    return this.#sent(requestOf(operation, this.#erp, { ...filled, tenant: this.#database }))
  }

  /** Makes one request of the gate's own. Throws `target-refused-login` or `target-fault` when it is not answered well. */
  async #sent(request: RecordedRequest, alsoGood: readonly number[] = []): Promise<RecordedResponse> {
    const response = await this.#transport.send(this.authorize(request), request.method === 'GET' ? WHOLE : undefined)
    const { status } = response
    const isFault = this.#erp.api.fault !== undefined && holds(this.#erp.api.fault, jsonOf(response))
    if ((status >= 200 && status < 300 && !isFault) || alsoGood.includes(status)) return response
    const isLogin = status === 401 || status === 403
    throw new GateError(
      isLogin ? 'target-refused-login' : isPassing(status) ? 'target-unreachable' : 'target-fault',
      `${this.#transport.url} did not answer ${request.method} ${request.path} (HTTP ${status}).`,
      {
        hint: isLogin
          ? 'Check the credential; a lapsed one is for the owner named in integration.yaml.'
          : 'Check base and operations under erp.api in integration.yaml, and that the ERP is not in maintenance.',
      },
    )
  }
}
