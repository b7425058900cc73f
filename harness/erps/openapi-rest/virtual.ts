import { fingerprintOf, shortFingerprintOf } from '../../base/fingerprint.ts'
import { isJsonObject, type Json, jsonNumber, toJson } from '../../base/json.ts'
import { tokensOf, valueAt } from '../../base/pointer.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'
import type { DocumentStage, Snapshot, StoredDocument } from '../../model/snapshot.ts'
import { type Credential, RUN_TAG, VIRTUAL_BY_RULES, type VirtualErp } from '../../ports/erp.ts'
import { refusalBody } from './answers.ts'
import { inflated, parametersOf } from './arrange.ts'
import { namedDocument } from './operations.ts'
import { rewritten, textOf, valuesAt, withMember } from './places.ts'
import { idInLocation, idInPath, jsonOf, queryOf, type RestErp, type Route, routeOf } from './routes.ts'
import { type Refusal, Rules, wrapped } from './rules.ts'
import { hasType, isSchemaObject, propertiesOf, schemaAt } from './schema.ts'

/** A document in the virtual ERP, as it goes over the wire. */
type Filed = { source: StoredDocument | undefined; stage: string; sent: Json; document: Json; key: string; tag: string }

/**
 * A release simulated from its specification: what its request schema or its value lists refuse is refused, what they accept
 * is stored as it was sent, in the shape of the answer, with what the ERP works out itself. Where a snapshot holds how the
 * release stored the document, that is answered.
 */
export function virtualRest(erp: RestErp, snapshot: Snapshot, credential: Credential): VirtualErp {
  const server = new VirtualRest(erp, snapshot, credential)
  return { handle: (request) => server.handle(request), unrecorded: () => server.unrecorded() }
}

class VirtualRest {
  readonly #erp: RestErp
  readonly #snapshot: Snapshot
  readonly #credential: Credential
  readonly #rules: Rules
  readonly #captured = new Map<string, StoredDocument[]>()
  readonly #filed = new Map<string, Filed>()
  readonly #unrecorded = new Set<string>()
  /** Whether the request that is being answered was answered from rules. */
  #byRules = false
  readonly #occurrences = new Map<string, number>()
  /** How often each captured document was asked for, by run tag. */
  readonly #asked = new Map<string, number>()
  /** What was answered under each idempotency key. */
  readonly #answered = new Map<string, RecordedResponse>()
  /** What became of writes that were done later, by job. */
  readonly #jobs = new Map<string, Json>()
  #nextId = 1

  constructor(erp: RestErp, snapshot: Snapshot, credential: Credential) {
    this.#erp = erp
    this.#snapshot = snapshot
    this.#credential = credential
    this.#rules = new Rules(erp, snapshot)
    for (const document of snapshot.documents) {
      const digest = fingerprintOf(document.sent)
      this.#captured.set(digest, [...(this.#captured.get(digest) ?? []), document])
    }
  }

  unrecorded(): readonly string[] {
    return [...this.#unrecorded]
  }

  #ruled(key: string): void {
    this.#unrecorded.add(key)
    this.#byRules = true
  }

  handle(request: RecordedRequest): RecordedResponse {
    const key = request.headers[this.#erp.api['idempotency-header']?.toLowerCase() ?? '']
    const known = key === undefined ? undefined : this.#answered.get(key)
    if (known !== undefined) return known
    this.#byRules = false
    const plain = this.#respond(request)
    const response = this.#byRules ? { ...plain, headers: { ...plain.headers, [VIRTUAL_BY_RULES]: 'yes' } } : plain
    if (key !== undefined) this.#answered.set(key, response)
    return response
  }

  #respond(request: RecordedRequest): RecordedResponse {
    if (!this.#isAuthorized(request))
      return this.#refusal(401, { code: 'unauthorized', field: '', message: 'No access.' })
    const route = routeOf(request, this.#erp)
    if (route === undefined || this.#snapshot.schema.resources[route.operation] === undefined) {
      const message = `${request.method} ${request.path} is no operation of this release`
      return this.#refusal(404, { code: 'operation-unknown', field: '', message })
    }
    const { envelope } = this.#erp.api
    switch (route.role) {
      case 'identify':
        return this.#answer(200, route, this.#identity())
      case 'list':
        return this.#answer(200, route, wrapped(envelope.list, this.#rows(route, request)))
      case 'find':
        return this.#answer(200, route, wrapped(envelope.list, this.#found(request, route)))
      case 'create':
        return this.#deferred(route, this.#create(request, route))
      case 'session':
        return { status: 501, headers: {}, body: { text: `The virtual ERP does not simulate ${route.operation}.` } }
      case 'job':
        return this.#outcomeOf(idInPath(request, route, this.#erp), route)
      case 'post':
      case 'void':
        return this.#deferred(route, this.#onDocument(request, route))
      default:
        return this.#onDocument(request, route)
    }
  }

  #isAuthorized(request: RecordedRequest): boolean {
    const { auth } = this.#erp.api
    const { user, password } = this.#credential
    if (auth === 'bearer') return request.headers.authorization === `Bearer ${password}`
    if (auth === 'basic') {
      return request.headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    }
    return request.headers[auth.header.toLowerCase()] === password
  }

  #identity(): Json {
    const { identity } = this.#erp.api
    const { meta } = this.#snapshot
    let body = withMember({}, tokensOf(identity.sandbox.at), identity.sandbox.is)
    if (typeof identity.release === 'string') body = withMember(body, tokensOf(identity.release), meta.release)
    if (identity.build !== undefined) body = withMember(body, tokensOf(identity.build), meta.build)
    if (identity.principal !== undefined) body = withMember(body, tokensOf(identity.principal), 'virtual ERP')
    return body
  }

  #rows(route: Route, request: RecordedRequest): Json {
    const list = this.#erp.api.lists[route.list]
    if (list === undefined) return []
    const rows = (this.#snapshot.values[route.list] ?? []).map((value): Json => {
      let row: Json = withMember(withMember(value.fields, tokensOf(list.code), value.code), tokensOf(list.id), value.id)
      const { active } = list
      if (active !== undefined && valueAt(row, active.at) === undefined && value.active) {
        row = withMember(row, tokensOf(active.at), active.is)
      }
      return row
    })
    // A parameter that the release does not declare is ignored, as servers do; one that is no member is not simulated.
    const filters = this.#declared(route, request).filter(([name]) =>
      rows.some((row) => valueAt(row, `/${name}`) !== undefined),
    )
    return rows.filter((row) => filters.every(([name, wanted]) => String(toText(valueAt(row, `/${name}`))) === wanted))
  }

  #found(request: RecordedRequest, route: Route): Json {
    const { find, document } = this.#erp.api
    const asked = new Map(this.#declared(route, request))
    return [...this.#filed.values()]
      .map((filed) => filed.document)
      .filter((stored) =>
        [
          [find.supplier, document.supplier],
          [find.reference, document.reference],
        ].every(([name = '', place = '']) => {
          const wanted = asked.get(name)
          return wanted === undefined || textOf(valuesAt(stored, place)[0]) === wanted
        }),
      )
  }

  #declared(route: Route, request: RecordedRequest): readonly (readonly [string, string])[] {
    const known = propertiesOf(this.#snapshot.schema.resources[parametersOf(route.operation)]?.send)
    return queryOf(request).filter(([name]) => known[name] !== undefined)
  }

  /** An ERP that does a write later answers with a job, which tells what was made or why it was refused. */
  #deferred(route: Route, response: RecordedResponse): RecordedResponse {
    const { jobs } = this.#erp.api
    if (jobs?.of.some((role) => role === route.role) !== true) return response
    const job = `job-${this.#jobs.size + 1}`
    const told = jsonOf(response) ?? {}
    // A refusal that was captured is the answer of the job itself.
    const isDone = response.status < 300 && textOf(valuesAt(told, jobs.state)[0]) !== jobs.failed
    let outcome = withMember(isDone ? {} : told, tokensOf(jobs.state), isDone ? jobs.done : jobs.failed)
    const id = isDone ? idInLocation(response) : ''
    if (id !== '' && jobs.document !== undefined) outcome = withMember(outcome, tokensOf(jobs.document), id)
    this.#jobs.set(job, outcome)
    const location = this.#erp.api.base + (jobs.status.split(' ')[1] ?? '').replace(/\{[^}]+\}$/, job)
    const body = jobs.id === undefined ? {} : { body: { json: withMember({}, tokensOf(jobs.id), job) } }
    return { status: 202, headers: { 'content-type': 'application/json', ...this.#releaseHeader(), location }, ...body }
  }

  #outcomeOf(job: string, route: Route): RecordedResponse {
    const outcome = this.#jobs.get(job)
    if (outcome !== undefined) return this.#answer(200, route, outcome)
    return this.#refusal(404, { code: 'not-found', field: '', message: `There is no ${job}.` })
  }

  #create(request: RecordedRequest, route: Route): RecordedResponse {
    const { envelope, document } = this.#erp.api
    const body = jsonOf(request)
    const sent = body === undefined ? undefined : valueAt(body, envelope.send)
    if (!isJsonObject(sent))
      return this.#refusal(400, { code: 'malformed', field: envelope.send, message: 'no document' })
    const tagged = namedDocument(sent, this.#erp, (list, id) => this.#codeOf(list, id))
    const tag = RUN_TAG.exec(textOf(valuesAt(tagged, document.reference)[0]))?.[0] ?? ''
    const named = tag === '' ? tagged : withReference(tagged, document.reference, (text) => text.replace(tag, ''))
    const source = this.#capturedFor(named, tag)
    const isRuled = source === undefined || this.#snapshot.meta.evidence === 'schema'
    const key = this.#keyOf(named, source, tag)
    const stage = stageOf(source, 'create')
    if (isRuled) this.#ruled(key)
    if (stage?.outcome === 'rejected') return this.#captureOf(stage)
    if (isRuled) {
      const refused = this.#rules.refusalOf(sent)
      if (refused !== undefined) return this.#refusal(422, refused)
    }
    const stored = stage?.document === undefined ? this.#rules.stored(sent) : this.#wire(stage.document, tag)
    const id = this.#freshId()
    const states = document.states
    let filed: Json = withMember(stored, tokensOf(document.id), id)
    if (stage?.document === undefined) {
      filed = withMember(filed, tokensOf(document.state), states.draft)
      if (document.number !== undefined)
        filed = withMember(filed, tokensOf(document.number), this.#number(document.number))
    }
    const text = textOf(id)
    this.#filed.set(text, { source, stage: 'create', sent, document: filed, key, tag })
    const answer = this.#answer(201, route, wrapped(envelope.read, filed))
    return { ...answer, headers: { ...answer.headers, location: `${request.path}/${encodeURIComponent(text)}` } }
  }

  #onDocument(request: RecordedRequest, route: Route): RecordedResponse {
    const { document, envelope } = this.#erp.api
    const id = idInPath(request, route, this.#erp)
    const filed = this.#filed.get(id)
    if (filed === undefined) return this.#refusal(404, { code: 'not-found', field: '', message: `There is no ${id}.` })
    if (route.role === 'read') return this.#answer(200, route, wrapped(envelope.read, filed.document))
    const state = textOf(valuesAt(filed.document, document.state)[0])
    const { draft, posted, voided } = document.states
    const [needed, next] = route.role === 'void' ? [posted, voided] : [draft, posted]
    if (state !== needed) {
      return this.#refusal(409, { code: 'state-conflict', field: document.state, message: `The document is ${state}.` })
    }
    if (route.role === 'remove') {
      this.#filed.delete(id)
      return { status: 204, headers: {} }
    }
    const body = jsonOf(request)
    const refused = body === undefined ? undefined : this.#rules.refusalBySchema(route.operation, body)
    if (refused !== undefined) return this.#refusal(422, refused)
    const stage = stageOf(filed.source, route.role)
    const isRuled = stage === undefined || this.#snapshot.meta.evidence === 'schema'
    if (isRuled) this.#ruled(filed.key)
    if (stage?.outcome === 'rejected') return this.#captureOf(stage)
    filed.stage = route.role
    filed.document =
      stage?.document === undefined
        ? withMember(filed.document, tokensOf(document.state), next ?? state)
        : withMember(
            this.#wire(stage.document, filed.tag),
            tokensOf(document.id),
            valueAt(filed.document, document.id) ?? id,
          )
    return this.#answer(200, route, wrapped(envelope.read, filed.document))
  }

  /** A good answer in the shape that the release publishes; nothing where it publishes none. */
  #answer(status: number, route: Route, body: Json): RecordedResponse {
    const read = this.#snapshot.schema.resources[route.operation]?.read
    if (read === undefined) return { status: status === 200 ? 204 : status, headers: {} }
    return {
      status,
      headers: { 'content-type': 'application/json', ...this.#releaseHeader() },
      body: { json: this.#rules.shaped(body, route.operation) },
    }
  }

  #refusal(status: number, { code, message, field }: Refusal): RecordedResponse {
    // An ERP that says no with a good status does so about documents, not about paths and access.
    const isGood = this.#erp.api.fault !== undefined && status !== 401 && status !== 404
    return {
      status: isGood ? 200 : status,
      headers: { 'content-type': 'application/json', ...this.#releaseHeader() },
      body: { json: refusalBody(this.#erp.api, code, message, field) },
    }
  }

  #captureOf(stage: DocumentStage): RecordedResponse {
    const error = isJsonObject(stage.error) ? stage.error : {}
    return {
      status: Number(textOf(error.status)) || 422,
      headers: { 'content-type': 'application/json', ...this.#releaseHeader() },
      ...(error.body === undefined || error.body === null ? {} : { body: { json: error.body } }),
    }
  }

  #releaseHeader(): Record<string, string> {
    const { release } = this.#erp.api.identity
    return typeof release === 'string' ? {} : { [release.header.toLowerCase()]: this.#snapshot.meta.release }
  }

  /** The captured document that a create follows, whatever run tag its reference carries; each one once for every tag. */
  #capturedFor(named: Json, tag: string): StoredDocument | undefined {
    const { reference } = this.#erp.api.document
    const digest = fingerprintOf(named)
    const text = textOf(valuesAt(named, reference)[0])
    // A tag may have cost the reference its end.
    const isCut = ({ sent }: StoredDocument) =>
      textOf(valuesAt(sent, reference)[0]).startsWith(text.trimEnd()) &&
      fingerprintOf(withReference(sent, reference, () => text)) === digest
    const documents = this.#captured.get(digest) ?? (tag === '' ? [] : this.#snapshot.documents.filter(isCut))
    const asked = this.#asked.get(tag + digest) ?? 0
    this.#asked.set(tag + digest, asked + 1)
    return documents[asked]
  }

  /** A canonical document with listed values by id again, and with the run tag of its create in its reference. */
  #wire(document: Json, tag: string): Json {
    const { reference, 'reference-longest': longest } = this.#erp.api.document
    const own = tag === '' ? document : withReference(document, reference, (text) => taggedAgain(text, tag, longest))
    return rewritten(own, (place, value) => {
      const coding = this.#erp.coding.get(place)
      if (coding?.by !== 'id') return value
      const row = this.#snapshot.values[coding.list]?.find((each) => each.code === textOf(value))
      return row === undefined ? value : this.#rules.typed(place, row.id)
    })
  }

  #codeOf(list: string, id: string): string | undefined {
    return this.#snapshot.values[list]?.find((row) => row.id === id)?.code
  }

  #keyOf(named: Json, source: StoredDocument | undefined, tag: string): string {
    const { supplier, reference } = this.#erp.api.document
    const key = `${textOf(valuesAt(named, supplier)[0])} ${textOf(valuesAt(named, reference)[0])}`
    const nth = (this.#occurrences.get(tag + key) ?? 0) + 1
    this.#occurrences.set(tag + key, nth)
    return source?.key ?? (nth === 1 ? key : `${key} (${nth})`)
  }

  /** An id of the published type that this virtual ERP has not given yet. */
  #freshId(): Json {
    const { document } = this.#erp.api
    const number = this.#nextId++
    const schema = schemaAt(inflated(this.#snapshot.schema, document.name, 'read'), document.id)
    if (hasType(schema, 'integer') || hasType(schema, 'number')) return jsonNumber(number)
    if (isSchemaObject(schema) && schema.format === 'uuid') {
      return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
    }
    return `${document.name}-${shortFingerprintOf(toJson(number)).slice(0, 8)}`
  }

  #number(place: string): Json {
    return this.#rules.typed(place, String(this.#nextId - 1).padStart(6, '0'))
  }
}

function withReference(document: Json, place: string, change: (text: string) => string): Json {
  return rewritten(document, (at, value) => (at === place && typeof value === 'string' ? change(value) : value))
}

/** A stored reference as it is stored where the sent one carries a tag. */
function taggedAgain(reference: string, tag: string, longest: number | undefined): string {
  const text = reference.trimEnd()
  const space = reference.slice(text.length)
  return text.slice(0, longest === undefined ? text.length : longest - tag.length - space.length) + tag + space
}

function stageOf(source: StoredDocument | undefined, after: string): DocumentStage | undefined {
  return source?.stages.find((stage) => stage.after === after)
}

function toText(value: Json | undefined): string | boolean | null {
  return typeof value === 'boolean' || value === null ? value : textOf(value)
}
