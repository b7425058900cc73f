import { isPassing } from '../../base/http.ts'
import { isJsonArray, isJsonObject, type Json, toJson } from '../../base/json.ts'
import { tokensOf, valueAt } from '../../base/pointer.ts'
import type { RecordedResponse } from '../../model/recording.ts'
import type { RestApi } from '../../model/rest-api.ts'
import type { ErpSchema } from '../../model/schema.ts'
import type { ErpError, Names, Operation, Outcome } from '../../ports/erp.ts'
import { namedDocument } from './operations.ts'
import { holds, keptPlaces, textOf, valuesAt, withMember } from './places.ts'
import { idInLocation, jsonOf, type RestErp, rowsIn } from './routes.ts'

/** Reads an answer and learns the names of the records in it; `at` is the name of what the operation creates or finds. */
export function interpretAnswer(
  operation: Operation,
  response: RecordedResponse,
  erp: RestErp,
  schema: ErpSchema,
  names: Names,
  at: string,
): Outcome {
  const { api } = erp
  const { status } = response
  const body = jsonOf(response)
  if (operation.isAwaited === true) return outcomeOfJob(operation, response, api, names, at)
  if (isOfConnection(status)) return faultOf(status)
  const isGood = status >= 200 && status < 300
  // Where the release has the operation, a page in the place of a refusal is of a proxy, and says nothing about a document.
  if (!isGood && isPage(response) && isPublished(operation, api, schema)) return faultOf(status)
  if (!isGood || (api.fault !== undefined && holds(api.fault, body))) {
    return { state: 'rejected', errors: errorsIn(body, status, api), raw: toJson({ status, body: body ?? null }) }
  }
  if (response.body !== undefined && body === undefined) {
    return {
      state: 'fault',
      error: { scope: 'connection', code: 'not-json', message: `The answer to ${operation.name} is not JSON.` },
    }
  }
  const isDone = textOf(valuesAt(body, api.envelope.read + api.document.id)[0]) !== '' && api.jobs === undefined
  if (isWrite(operation) && status === 202 && !isDone) {
    const job = api.jobs?.id === undefined ? idInLocation(response) : textOf(valuesAt(body, api.jobs.id)[0])
    return { state: 'pending', job: job || 'without a name' }
  }
  // An answer that is not what was asked for is of somebody else: a proxy, a login page, a cut connection.
  if (lacksAnswer(operation, body, erp, schema)) {
    const message = `The answer to ${operation.name} does not hold what the ERP publishes that it answers.`
    return { state: 'fault', error: { scope: 'connection', code: 'not-an-answer', message } }
  }
  const list = api.lists[operation.resource]
  if (operation.kind === 'lookup' && list !== undefined) {
    const result = rowsIn(body, api.envelope.list).map((row) => {
      const [id, code] = [textOf(valueAt(row, list.id)), textOf(valueAt(row, list.code))]
      if (id !== '' && code !== '') names.learn(operation.resource, id, code)
      return listedRow(row, list, code)
    })
    return { state: 'accepted', result, warnings: [] }
  }
  if (operation.kind === 'find') {
    const result = rowsIn(body, api.envelope.list).map((row, index) => {
      const name = index === 0 ? at : `${at}/${index}`
      names.learn(operation.resource, textOf(valueAt(row, api.document.id)), name)
      return names.nameOf(operation.resource, textOf(valueAt(row, api.document.id))) ?? name
    })
    return { state: 'accepted', result, warnings: [] }
  }
  const record = body === undefined ? undefined : valueAt(body, api.envelope.read)
  const id = textOf(valuesAt(record, api.document.id)[0]) || idInLocation(response)
  if (operation.kind === 'create') {
    if (id === '') return withoutId(operation, `${api.envelope.read}${api.document.id}`)
    names.learn(operation.resource, id, at)
  }
  const result = isJsonObject(record)
    ? namedDocument(record, erp, (resource, value) => names.nameOf(resource, value))
    : null
  return { state: 'accepted', result, warnings: [] }
}

/** What became of a write that was done later: the answer to a question after its job. */
function outcomeOfJob(
  operation: Operation,
  response: RecordedResponse,
  api: RestApi,
  names: Names,
  at: string,
): Outcome {
  const { status } = response
  const { jobs } = api
  const body = jsonOf(response)
  const state = textOf(valuesAt(body, jobs?.state ?? '')[0])
  // A job that is done may answer with the place of what it made (RFC 9110 §15.4.4).
  const isElsewhere = status === 302 || status === 303
  if (!isElsewhere && (status < 200 || status >= 300)) return faultOf(status)
  if (!isElsewhere && state === '') {
    const message = `The answer to a question after the job of ${operation.name} holds no state at ${jobs?.state ?? '/'}.`
    return { state: 'fault', error: { scope: 'connection', code: 'not-an-answer', message } }
  }
  if (state === jobs?.failed) {
    return { state: 'rejected', errors: errorsIn(body, status, api), raw: toJson({ status, body: body ?? null }) }
  }
  if (!isElsewhere && state !== jobs?.done) return { state: 'pending', job: state }
  if (operation.kind === 'create') {
    const id = textOf(valuesAt(body, jobs?.document ?? '')[0]) || idInLocation(response)
    if (id === '') return withoutId(operation, jobs?.document ?? ' Location')
    names.learn(operation.resource, id, at)
  }
  return { state: 'accepted', result: null, warnings: [] }
}

function isPublished({ kind, name, resource }: Operation, api: RestApi, schema: ErpSchema): boolean {
  const role = name.slice(name.lastIndexOf('.') + 1)
  const called =
    kind === 'lookup'
      ? api.lists[resource]?.operation
      : Object.entries(api.operations).find(([known]) => known === role)?.[1]
  return typeof called === 'string' && schema.resources[called] !== undefined
}

function isPage({ body }: RecordedResponse): boolean {
  return body !== undefined && 'text' in body && /^\s*</.test(body.text)
}

function withoutId(operation: Operation, place: string): Outcome {
  const message = `The answer to ${operation.name} holds no id at ${place}.`
  return { state: 'fault', error: { scope: 'connection', code: 'no-id', message } }
}

function isWrite({ kind }: Operation): boolean {
  return kind === 'create' || kind === 'transition' || kind === 'remove'
}

function lacksAnswer(operation: Operation, body: Json | undefined, erp: RestErp, schema: ErpSchema): boolean {
  const { envelope, operations } = erp.api
  const at = (wrapper: string) => (body === undefined ? undefined : valueAt(body, wrapper))
  switch (operation.kind) {
    case 'lookup':
    case 'find':
      return !isJsonArray(at(envelope.list))
    case 'read':
      return !isJsonObject(at(envelope.read))
    case 'transition': {
      // What is answered to a transition differs from ERP to ERP: the document, something else, or nothing.
      const name = operation.name.endsWith('.void') ? operations.void : operations.post
      const isPublished = name !== undefined && schema.resources[name]?.read !== undefined
      return isPublished && !isJsonObject(at(envelope.read))
    }
    default:
      return false
  }
}

/** What is compared of a listed row: its code in place of its id, and the members that are kept. */
export function listedRow(row: Json, list: RestApi['lists'][string], code: string): Json {
  return keptPlaces(list).reduce<Json>(
    (kept, place) => {
      const value = valueAt(row, place)
      return value === undefined ? kept : withMember(kept, tokensOf(place), value)
    },
    { id: code },
  )
}

/** Whether a status is about the credential, a proxy or the load of a server, and says nothing about a record. */
function isOfConnection(status: number): boolean {
  return status === 401 || status === 403 || status === 407 || isPassing(status) || status >= 500
}

function faultOf(status: number): Outcome {
  const code =
    status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : status === 429 ? 'rate-limited' : `http-${status}`
  return { state: 'fault', error: { scope: 'connection', code, message: `The ERP answered HTTP ${status}.` } }
}

function errorsIn(body: Json | undefined, status: number, api: RestApi): readonly ErpError[] {
  const found = body === undefined ? undefined : valueAt(body, api.errors.at)
  const rows = isJsonArray(found) ? found : found === undefined ? [] : [found]
  const errors = rows.flatMap((row): ErpError[] => {
    const [code, message] = [textOf(valuesAt(row, api.errors.code)[0]), textOf(valuesAt(row, api.errors.message)[0])]
    if (code === '' && message === '') return []
    const field = api.errors.field === undefined ? '' : textOf(valuesAt(row, api.errors.field)[0])
    return [{ scope: /\d/.test(field) ? 'line' : 'record', code: code === '' ? `http-${status}` : code, message }]
  })
  const unread: ErpError = { scope: 'record', code: `http-${status}`, message: `The ERP answered HTTP ${status}.` }
  return errors.length > 0 ? errors : [unread]
}

/** The body of a refusal in the form that the ERP is configured to have. */
export function refusalBody(api: RestApi, code: string, message: string, field: string): Json {
  const { errors, fault } = api
  let row = withMember(withMember({}, tokensOf(errors.code), code), tokensOf(errors.message), message)
  if (errors.field !== undefined) row = withMember(row, tokensOf(errors.field), field)
  // A list of errors is what APIs answer below a member of its own; the whole body is one error.
  const body = errors.at === '' ? row : withMember({}, tokensOf(errors.at), [row])
  return fault === undefined ? body : withMember(body, tokensOf(fault.at), fault.is)
}
