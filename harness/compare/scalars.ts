import { compareDecimals, distance, isDecimal } from '../base/decimal.ts'
import { canonicalJson, isJsonNumber, type Json, sameJson } from '../base/json.ts'
import type { DifferenceClass, DifferenceKind } from '../model/difference.ts'

/** Amounts that differ by no more than this are a matter of rounding: one minor unit of a two-digit currency. */
const ROUNDING = '0.01'

/**
 * Whether two stored values of a field mean the same: numbers and amounts by value, however they are spelled; texts by code
 * point. A code or a reference is a text, so `0815` is not `815` and account `5100` is not `5100.0`; where the meaning is
 * not known, only a text that an amount would be written as is a number.
 */
export function sameValue(left: Json, right: Json, meaning?: DifferenceClass): boolean {
  if (sameJson(left, right)) return true
  const isText = typeof left === 'string' && typeof right === 'string'
  if (isText && meaning !== undefined && meaning !== 'amount') return false
  const [a, b] = [decimalOf(left), decimalOf(right)]
  return a !== undefined && b !== undefined && compareDecimals(a, b) === 0
}

/** Whether two amounts differ by no more than a policy accepts. */
export function isWithin(left: Json, right: Json, meaning: DifferenceClass, tolerance: string): boolean {
  const [a, b] = [decimalOf(left), decimalOf(right)]
  return meaning === 'amount' && a !== undefined && b !== undefined && compareDecimals(distance(a, b), tolerance) <= 0
}

/** An amount without the zeros that only spell it: 0.00 is 0, and 12.50 is 12.5. */
export function plainDecimal(text: string): string {
  return isDecimal(text) && text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** What happened to a value between baseline and candidate, and what that makes of its class. */
export function classify(
  baseline: Json,
  candidate: Json,
  sent: Json | undefined,
  meaning: DifferenceClass,
): Readonly<{ kind: DifferenceKind; class: DifferenceClass }> {
  if (isEmpty(candidate) && !isEmpty(baseline)) return { kind: 'absent', class: meaning }
  if (isEmpty(baseline) && !isEmpty(candidate))
    return { kind: sent === undefined || isEmpty(sent) ? 'extra' : 'defaulted', class: meaning }
  if (meaning === 'state') return { kind: 'changed-state', class: 'state' }
  const [before, now] = [decimalOf(baseline), decimalOf(candidate)]
  if (meaning === 'amount' && before !== undefined && now !== undefined) {
    return compareDecimals(distance(before, now), ROUNDING) <= 0
      ? { kind: 'rounded', class: 'rounding' }
      : { kind: 'coerced', class: 'amount' }
  }
  if (meaning === 'coding' && sent !== undefined && sameValue(baseline, sent, meaning))
    return { kind: 'defaulted', class: 'coding' }
  if (typeof baseline === 'string' && typeof candidate === 'string') {
    if (baseline.startsWith(candidate) && baseline.trimEnd() !== candidate) return { kind: 'truncated', class: meaning }
  }
  return { kind: 'coerced', class: meaning }
}

/** A value as it is printed in a report: text in quotes only where white space would not be seen. */
export function textOf(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value === '' || value !== value.trim() ? JSON.stringify(value) : value
  return isJsonNumber(value) ? value.value : canonicalJson(value)
}

/**
 * Two values as they are printed side by side. Texts that are the same letters in another Unicode form look alike, so each
 * says its form.
 */
export function textsOf(left: Json | undefined, right: Json | undefined): readonly [string | null, string | null] {
  const plain = [textOf(left), textOf(right)] as const
  if (typeof left !== 'string' || typeof right !== 'string' || left === right) return plain
  const isSame = (form: 'NFC' | 'NFKC') => left.normalize(form) === right.normalize(form)
  if (!isSame('NFKC')) return plain
  const formOf = (text: string) =>
    isSame('NFC')
      ? (FORMS.find((form) => text === text.normalize(form)) ?? 'mixed forms')
      : text === text.normalize('NFKC')
        ? 'NFKC'
        : 'compatibility characters'
  return [`${plain[0]} (Unicode ${formOf(left)})`, `${plain[1]} (Unicode ${formOf(right)})`]
}

const FORMS = ['NFC', 'NFD'] as const

/** Whether a value says nothing: null, an empty text, an empty list. */
export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function decimalOf(value: Json): string | undefined {
  const text = isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? text : undefined
}
