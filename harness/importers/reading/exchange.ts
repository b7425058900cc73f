import { GateError, messageOf } from '../../base/errors.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, writeJson } from '../../base/json.ts'
import { bodyOf } from '../../model/body.ts'
import { isKeptHeader } from '../../model/headers.ts'
import type { Body } from '../../model/recording.ts'
import type { Exchange, ImportedEntry } from '../../ports/importer.ts'

/** Deeper JSON than any ERP sends; what reads it calls itself once per level. */
export const DEEPEST = 500

/** Says why an entry cannot be imported; `entryOf` makes it the entry's refusal. */
export function refuse(why: string): never {
  throw new GateError('recording-unusable', why, { hint: 'Record the traffic again with complete bodies.' })
}

/** Reads one entry; what it throws becomes its refusal. */
export function entryOf(
  place: Readonly<{ name: string; url: string; startedAt?: string }>,
  read: () => Exchange,
): ImportedEntry {
  try {
    return { ...place, state: 'read', ...read() }
  } catch (error) {
    return { ...place, state: 'refused', why: messageOf(error) }
  }
}

/** Headers as a recording keeps them: lower case, repeated ones joined, those of the connection left out. */
export function headersOf(
  pairs: Iterable<readonly [string, string]>,
  isKept: (name: string) => boolean = isKeptHeader,
): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (const [written, value] of pairs) {
    const name = written.toLowerCase()
    if (!isKept(name)) continue
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}

/** The first value of a header, whatever its case. */
export function headerOf(pairs: Iterable<readonly [string, string]>, name: string): string | undefined {
  for (const [written, value] of pairs) if (written.toLowerCase() === name) return value
  return undefined
}

/**
 * The body that bytes hold. Tools keep the header `content-encoding` though they have decoded the body, so bytes that do
 * not begin as gzip are taken as decoded.
 */
export function bodyFrom(bytes: Buffer, encoding?: string): { body?: Body } {
  const isDecoded = encoding === 'gzip' && !(bytes[0] === 0x1f && bytes[1] === 0x8b)
  let read: { body?: Body }
  try {
    read = bodyOf(bytes, isDecoded ? undefined : encoding)
  } catch (error) {
    refuse(`the ${encoding} body is cut or damaged (${messageOf(error)})`)
  }
  const { body } = read
  if (body !== undefined && 'text' in body) refuseDeep(body.text)
  if (body !== undefined && 'json' in body) refuseDeep(bytes.toString())
  return read
}

/** The body of a value that a file holds as JSON itself. */
export function bodyOfJson(json: Json): { body: Body } {
  return { body: { json } }
}

/** Refuses JSON that is nested deeper than can be sanitized. */
export function refuseDeep(text: string): void {
  if (/^\s*[[{]/.test(text) && depthOf(text) > DEEPEST) refuse(`JSON is nested deeper than ${DEEPEST} levels`)
}

/** How deep brackets are nested outside strings. */
export function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isString) {
      if (character === '\\') at += 1
      else if (character === '"') isString = false
    } else if (character === '"') isString = true
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth -= 1
  }
  return deepest
}

/** A member that is an object; an empty one when it is absent or something else. */
export function objectIn(value: Json | undefined, key: string): JsonObject {
  const member = memberOf(value, key)
  return isJsonObject(member) ? member : {}
}

/** A member that is a list; an empty one when it is absent or something else. */
export function listIn(value: Json | undefined, key: string): readonly Json[] {
  const member = memberOf(value, key)
  return isJsonArray(member) ? member : []
}

export function textIn(value: Json | undefined, key: string): string | undefined {
  const member = memberOf(value, key)
  return typeof member === 'string' ? member : undefined
}

/** A member that is a number, or the text of one. */
export function numberIn(value: Json | undefined, key: string): number | undefined {
  const member = memberOf(value, key)
  if (isJsonNumber(member)) return Number(member.value)
  return typeof member === 'string' && /^\d+$/.test(member) ? Number(member) : undefined
}

/** Milliseconds as a recording keeps them; 0 when the file does not tell. */
export function durationIn(value: Json | undefined, key: string): number {
  const duration = numberIn(value, key)
  return duration === undefined || !Number.isFinite(duration) ? 0 : Math.max(0, Math.round(duration))
}

export function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** A status line's code. Refuses an exchange that was not answered. */
export function statusOf(value: Json | undefined, key: string): number {
  const status = numberIn(value, key)
  if (status === undefined) refuse('the response has no status')
  if (!Number.isInteger(status) || status < 100 || status > 599) refuse(`there is no response (status ${status})`)
  return status
}

/** Pairs of a name and a value in a list of `{ name, value }`; `key` is what the format calls the name. */
export function pairsIn(list: readonly Json[], key: string): readonly (readonly [string, string])[] {
  return list.map((item) => {
    const name = textIn(item, key)
    const value = memberOf(item, 'value')
    if (name === undefined || value === undefined) refuse(`a header or parameter has no ${key} or no value`)
    return [name, asText(value)]
  })
}

/** A value as text: a string as it is, anything else as JSON. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : value === null ? '' : writeJson(value)
}

/** Refuses a body that is missing or shorter than its headers announce. What is encoded has another length than it had. */
export function refuseShort(
  length: number,
  pairs: readonly (readonly [string, string])[],
  method: string,
  status: number,
): void {
  const announced = headerOf(pairs, 'content-length') ?? ''
  if (!/^\d+$/.test(announced) || method.toUpperCase() === 'HEAD' || status === 204 || status === 304) return
  if (length === 0 && Number(announced) > 0) refuse('the body of the response is missing')
  if (length < Number(announced) && headerOf(pairs, 'content-encoding') === undefined) {
    refuse(`the body of the response is cut: ${length} of ${announced} bytes are there`)
  }
}

/** How a person finds an entry, without its host and query. */
export function nameOf(kind: string, at: number, method: string, url: string): string {
  const path = url.replace(/^[a-z][\w+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  return `${kind} ${at} (${method} ${path.slice(0, 80) || '/'})`
}
