import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json'
import { bareObject, jsonText, readJson } from './json-text.ts'

/** A JSON value whose numbers keep the digits they were written with (100.10 stays 100.10). */
export type Json = null | boolean | string | LosslessNumber | readonly Json[] | JsonObject

/** A JSON object of lossless values. */
export type JsonObject = { readonly [key: string]: Json }

/** Parses JSON text; numbers keep their lexeme. Throws `SyntaxError` with the position of the fault. */
export function parseJson(text: string): Json {
  return readJson(text) ?? toJson(parse(text))
}

/** Writes JSON in the order of its keys; numbers keep their lexeme. */
export function writeJson(value: Json): string {
  return jsonText(value, false)
}

/** Writes JSON with sorted keys, so that the same value is always the same bytes. */
export function canonicalJson(value: Json, indent?: number): string {
  if (indent === undefined) return jsonText(value, true)
  return stringify(sortKeys(value), undefined, indent) ?? 'null'
}

/** A number with the given lexeme. Throws when the text is not a JSON number. */
export function jsonNumber(lexeme: string | number): LosslessNumber {
  return new LosslessNumber(String(lexeme))
}

/** Whether a value is a number that kept its lexeme. */
export function isJsonNumber(value: unknown): value is LosslessNumber {
  return isLosslessNumber(value)
}

/** Whether a value is a JSON object: not null, not an array, not a number. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** Whether a value is a JSON array. */
export function isJsonArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/**
 * Turns any plain value (as zod or a YAML parser returns it) into lossless JSON.
 * Throws `TypeError` for what JSON cannot hold: functions, symbols, NaN, infinities.
 */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string' || isLosslessNumber(value)) return value
  if (typeof value === 'number' && Number.isFinite(value)) return jsonNumber(value)
  if (typeof value === 'bigint') return jsonNumber(value.toString())
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object') {
    const copy = bareObject()
    for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = toJson(member)
    return copy
  }
  throw new TypeError(`JSON cannot hold ${typeof value === 'number' ? String(value) : `a ${typeof value}`}.`)
}

/** Turns lossless JSON into plain values; throws `RangeError` when a number would lose digits. */
export function toPlain(value: Json): unknown {
  if (isJsonNumber(value)) {
    const number = Number(value.value)
    if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
      throw new RangeError(`${value.value} does not fit a JavaScript number.`)
    }
    return number
  }
  if (isJsonArray(value)) return value.map(toPlain)
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
  return value
}

/** Whether two values are the same JSON, comparing numbers by value (1.0 equals 1.00) and objects by key. */
export function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true
  if (isJsonNumber(left) && isJsonNumber(right)) return sameNumber(left.value, right.value)
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index] ?? null))
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null))
    )
  }
  return false
}

function sortKeys(value: Json): Json {
  if (isJsonArray(value)) return value.map(sortKeys)
  if (!isJsonObject(value)) return value
  const sorted = bareObject()
  for (const key of Object.keys(value).sort()) sorted[key] = sortKeys(value[key] ?? null)
  return sorted
}

/** Compares two JSON number lexemes by value, without going through floating point. */
function sameNumber(left: string, right: string): boolean {
  return left === right || normalNumber(left) === normalNumber(right)
}

function normalNumber(lexeme: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(lexeme)
  if (!match) return lexeme
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const trimmed = digits.replace(/0+$/, '')
  if (trimmed === '') return '0'
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length)
  return `${sign}${trimmed}e${power}`
}
