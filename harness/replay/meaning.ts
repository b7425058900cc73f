import { isJsonArray, isJsonNumber, isJsonObject, type Json, writeJson } from '../base/json.ts'
import { pointerOf } from '../base/pointer.ts'
import { isOwnHeader, PRESENT } from '../model/headers.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter, Names } from '../ports/erp.ts'
import type { SentRequest } from '../ports/observation.ts'
import type { Step } from './chains.ts'

/** A request as it is compared: every value by its place, records by name, without what only numbers it. */
export function sentRequestOf(
  { operation, interaction }: Step,
  adapter: ErpAdapter,
  schema: ErpSchema,
  names: Names,
): SentRequest {
  const { request } = interaction
  const named = new Map<string, string>()
  for (const { pointer, resource, id } of operation.references) {
    named.set(
      pointer,
      `${named.has(pointer) ? `${named.get(pointer)}, ` : ''}${names.nameOf(resource, id) ?? `#${id}`}`,
    )
  }
  const values = new Map<string, Json>()
  const { body } = request
  if (body !== undefined && 'json' in body) collect(body.json, '', values, named, adapter.numbering)
  else if (body !== undefined) values.set('body', 'text' in body ? body.text : body.base64)
  for (const [name, value] of new URLSearchParams(request.query)) {
    const place = `query:${name}`
    const before = values.get(place)
    values.set(place, named.get(place) ?? (typeof before === 'string' ? `${before}, ${value}` : value))
  }
  for (const [place, name] of named) if (place.startsWith('path:')) values.set(place, name)
  // Many headers hold another value in each request, as a key against doubles does: that they are there is what is compared.
  for (const name of Object.keys(request.headers))
    if (isOwnHeader(name)) values.set(`header:${name}`, named.get(`header:${name}`) ?? PRESENT)
  const sent = operation.kind === 'create' ? adapter.sent(operation, request, schema, names) : undefined
  return { operation, values, ...(sent === undefined ? {} : { sent }) }
}

/** Whether two requests mean the same, as one text. */
export function meaningOf({ operation, values }: SentRequest): string {
  const places = [...values].map(([place, value]) => `${place} ${writeJson(value)}`).sort()
  return [operation.name, ...places].join('\n')
}

function collect(
  value: Json,
  at: string,
  values: Map<string, Json>,
  named: ReadonlyMap<string, string>,
  numbering: readonly string[],
): void {
  if (numbering.includes(at)) return
  const name = named.get(at)
  if (name !== undefined && (isJsonNumber(value) || typeof value === 'string')) {
    values.set(at, name)
    return
  }
  const members = isJsonArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : []
  if (members.length === 0) values.set(at, value)
  for (const [key, member] of members) collect(member, at + pointerOf([key]), values, named, numbering)
}
