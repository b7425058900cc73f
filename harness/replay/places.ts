import { isJsonNumber, type Json, jsonNumber } from '../base/json.ts'
import { valueAt, withValues } from '../base/pointer.ts'
import type { RecordedRequest } from '../model/recording.ts'

/**
 * A copy of a request with the given places replaced; `undefined` removes a place. A place is a JSON Pointer into the body,
 * `path:N` for a segment of the path, or `query:NAME` for a parameter.
 */
export function withPlaces(request: RecordedRequest, places: ReadonlyMap<string, Json | undefined>): RecordedRequest {
  if (places.size === 0) return request
  const segments = request.path.split('/')
  const query = new URLSearchParams(request.query)
  let asks = false
  for (const [place, value] of places) {
    const [, where, name] = /^(path|query):(.*)$/.exec(place) ?? []
    if (where === 'path') segments[Number(name) + 1] = encodeURIComponent(textOf(value))
    if (where !== 'query' || name === undefined) continue
    asks = true
    if (value === undefined) query.delete(name)
    else query.set(name, textOf(value))
  }
  const { body } = request
  return {
    ...request,
    path: segments.join('/'),
    query: asks ? `?${query}` : request.query,
    ...(body !== undefined && 'json' in body ? { body: { json: withValues(body.json, places) } } : {}),
  }
}

/**
 * An id in the form in which the recorded request has one at this place: a number stays a number, a text a text.
 * `undefined` when the request has nothing there, so that nothing is ever rewritten beside the place it was read from.
 */
export function idAt(request: RecordedRequest, place: string, id: string): Json | undefined {
  const recorded = recordedAt(request, place)
  if (recorded === undefined) return undefined
  return isJsonNumber(recorded) ? jsonNumber(id) : id
}

function recordedAt(request: RecordedRequest, place: string): Json | undefined {
  const { body } = request
  const [, where, name = ''] = /^(path|query):(.*)$/.exec(place) ?? []
  if (where === 'path') return request.path.split('/')[Number(name) + 1]
  if (where === 'query') return new URLSearchParams(request.query).get(name) ?? undefined
  return body !== undefined && 'json' in body ? valueAt(body.json, place) : undefined
}

function textOf(value: Json | undefined): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
}
