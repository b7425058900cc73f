import { isJsonArray, isJsonObject, type Json, jsonNumber } from '../../base/json.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'

/** One call of a JSON-RPC dialect that names its members `id`, `method` and `params`. */
export type Call = Readonly<{ method: string; params: readonly Json[] }>

/** What a call was answered with; `unreadable` when the answer is not an envelope, such as a maintenance page. */
export type Answer =
  | Readonly<{ state: 'result'; result: Json }>
  | Readonly<{ state: 'error'; error: Json }>
  | Readonly<{ state: 'unreadable'; text: string }>

/** Reads the call out of a request, `undefined` when its body is no call. */
export function callOf(request: RecordedRequest): Call | undefined {
  const body = request.body !== undefined && 'json' in request.body ? request.body.json : undefined
  if (!isJsonObject(body)) return undefined
  const { method, params } = body
  return typeof method === 'string' && isJsonArray(params) ? { method, params } : undefined
}

/** Reads the answer out of a response. */
export function answerOf(response: RecordedResponse): Answer {
  const body = response.body
  if (body === undefined) return { state: 'unreadable', text: '' }
  if (!('json' in body)) return { state: 'unreadable', text: 'text' in body ? body.text : '' }
  if (isJsonObject(body.json)) {
    // An error member decides even when a result stands beside it: success is never assumed. Some say `null` for none.
    if (body.json.error !== undefined && body.json.error !== null) return { state: 'error', error: body.json.error }
    if (body.json.result !== undefined) return { state: 'result', result: body.json.result }
  }
  return { state: 'unreadable', text: '' }
}

/** A request that makes a call. */
export function requestOf(path: string, id: number, call: Call): RecordedRequest {
  return {
    method: 'POST',
    path,
    query: '',
    headers: { 'content-type': 'application/json' },
    body: { json: { id: jsonNumber(id), method: call.method, params: call.params } },
  }
}

/** A response to a call. */
export function responseOf(
  request: RecordedRequest,
  answer: Readonly<{ result: Json } | { error: Json }>,
): RecordedResponse {
  const body = request.body !== undefined && 'json' in request.body ? request.body.json : undefined
  const id = isJsonObject(body) ? (body.id ?? null) : null
  return { status: 200, headers: { 'content-type': 'application/json' }, body: { json: { id, ...answer } } }
}
