import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../../base/json.ts'
import type { RecordedRequest } from '../../../model/recording.ts'

/** The JSON body of a request, `undefined` when it has none. */
export function bodyJson(request: RecordedRequest): Json | undefined {
  return request.body !== undefined && 'json' in request.body ? request.body.json : undefined
}

/** The objects of a list, or the one object. */
export function objectsIn(value: Json): readonly JsonObject[] {
  if (isJsonArray(value)) return value.filter(isJsonObject)
  return isJsonObject(value) ? [value] : []
}

/** The texts of a list. */
export function textsIn(value: Json): readonly string[] {
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The keys in a value: one key or a list of them. */
export function idsIn(value: Json): readonly string[] {
  const items = isJsonArray(value) ? value : [value]
  return items.flatMap((item) => keyText(item) ?? [])
}

/** A key as text: a whole number or a text without blanks. */
export function keyText(value: Json | undefined): string | undefined {
  if (isJsonNumber(value)) return /^\d+$/.test(value.value) ? value.value : undefined
  return typeof value === 'string' && /^\S+$/.test(value) ? value : undefined
}
