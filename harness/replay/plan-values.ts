import { isJsonNumber, type Json, jsonNumber } from '../base/json.ts'
import type { PlanOperation, Scalar, SegmentChange, ValueTable } from '../model/plan.ts'

/** What an operation makes of a value, or what it does not know: the one place where values are made, for plan and mapping. */
export type Made = Readonly<{ text: string }> | Readonly<{ missing: string }>

/** What a value becomes by a value table. */
export function mappedText({ values, others }: ValueTable, text: string): Made {
  if (Object.hasOwn(values, text)) return { text: values[text] ?? text }
  return others === 'keep' ? { text } : { missing: text }
}

/** An account combination with one more segment. */
export function withSegment(change: SegmentChange, combination: string): Made {
  const { of, separator, after, value, by, segment } = change
  const parts = combination.split(separator)
  if (parts.length !== of.length) {
    return { missing: `${combination}, which is not made of ${of.join(separator)}` }
  }
  const known = by === undefined ? '' : (parts[of.indexOf(by.segment)] ?? '')
  const added = by === undefined ? value : Object.hasOwn(by.values, known) ? by.values[known] : by.others
  if (added === undefined) return { missing: `${known} in ${by?.segment ?? segment}` }
  const at = after === undefined ? 0 : of.indexOf(after) + 1
  return { text: [...parts.slice(0, at), added, ...parts.slice(at)].join(separator) }
}

type Given = Extract<PlanOperation, { 'add-field': unknown }>['add-field']

/** What is put into a field that was not sent; `other` is the field that the rule goes by, as text. */
export function givenValue(
  { value, by }: Pick<Given, 'value' | 'by'>,
  other: string | undefined,
): Readonly<{ value: Scalar }> | Readonly<{ missing: string }> {
  if (by === undefined) return value === undefined ? { missing: 'a value' } : { value }
  const found = other !== undefined && Object.hasOwn(by.values, other) ? by.values[other] : by.others
  return found === undefined ? { missing: `${other ?? 'nothing'} in ${by.field}` } : { value: found }
}

/** A text as a plan sends it: a number stays a number, unless what it becomes is none. */
export function asSent(text: string, was: Json | undefined): Json {
  return isJsonNumber(was) && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? jsonNumber(text) : text
}

/** A scalar of a plan as JSON. */
export function toWire(value: Scalar): Json {
  return typeof value === 'number' ? jsonNumber(String(value)) : value
}
