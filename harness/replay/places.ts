import { isJsonNumber, type Json } from '../base/json.ts'
import { withValues } from '../base/pointer.ts'
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

function textOf(value: Json | undefined): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
}
