import { isJsonArray, isJsonNumber, isJsonObject, type Json } from '../../base/json.ts'
import { generalPointer, pointerOf, tokensOf } from '../../base/pointer.ts'
import type { RestApi } from '../../model/rest-api.ts'

/** A field as findings name it: the resource is the document or a record inside it, `bill.lines`. */
export type Field = Readonly<{ resource: string; field: string }>

/** The field at a place of a document: `/lines/*` + `/account` of `bill` is `account` of `bill.lines`. */
export function fieldAt(document: string, place: string): Field {
  const tokens = tokensOf(place).filter((token) => token !== '*')
  return { resource: [document, ...tokens.slice(0, -1)].join('.'), field: tokens.at(-1) ?? '' }
}

/** Every member of a value at any depth, with its place and the same with `*` for each line. */
export function membersOf(value: Json, at = ''): readonly Readonly<{ at: string; place: string; value: Json }>[] {
  const inner = isJsonArray(value)
    ? value.map((item, index) => [`${at}/${index}`, item, true] as const)
    : isJsonObject(value)
      ? Object.entries(value).map(([name, item]) => [at + pointerOf([name]), item, false] as const)
      : []
  return inner.flatMap(([pointer, item, isRow]) => [
    // A row is no member by itself; a plain value in a list is one of the field that holds the list.
    ...(isRow && isJsonObject(item) ? [] : [{ at: pointer, place: generalPointer(pointer), value: item }]),
    ...membersOf(item, pointer),
  ])
}

/** A copy of a document with every member replaced by what `change` makes of it; `undefined` leaves it out. */
export function rewritten(
  value: Json,
  change: (place: string, value: Json, at: string) => Json | undefined,
  at = '',
): Json {
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => {
      const pointer = `${at}/${index}`
      const next = isJsonObject(item) ? item : change(generalPointer(pointer), item, pointer)
      return next === undefined ? [] : [rewritten(next, change, pointer)]
    })
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, Json][] => {
      const pointer = at + pointerOf([name])
      const next = change(generalPointer(pointer), member, pointer)
      return next === undefined ? [] : [[name, rewritten(next, change, pointer)]]
    }),
  )
}

/** Every value at a place with `*` for each line. */
export function valuesAt(value: Json | undefined, place: string): readonly Json[] {
  let found: readonly Json[] = value === undefined ? [] : [value]
  for (const token of tokensOf(place)) {
    found = found.flatMap((item): readonly Json[] => {
      if (isJsonArray(item)) return token === '*' ? item : [item[Number(token)] ?? []].flat()
      const member = isJsonObject(item) && Object.hasOwn(item, token) ? item[token] : undefined
      return member === undefined ? [] : [member]
    })
  }
  return found
}

/** A copy with a value put at a place; objects on the way come to be. */
export function withMember(value: Json, tokens: readonly string[], member: Json): Json {
  const [first, ...rest] = tokens
  if (first === undefined) return member
  const record = isJsonObject(value) ? value : {}
  return { ...record, [first]: withMember(record[first] ?? null, rest, member) }
}

/** A value as text: text and numbers as they are written, everything else empty. */
export function textOf(value: Json | undefined): string {
  if (isJsonNumber(value)) return value.value
  return typeof value === 'string' ? value : ''
}

/** Whether the value at the place of a test is the one that says yes. */
export function holds(test: Readonly<{ at: string; is: string | boolean }>, value: Json | undefined): boolean {
  return valuesAt(value, test.at).some((found) => found === test.is)
}

/** Members of a list's row that are kept: its code, what says that it may be used, its rate and what is configured. */
export function keptPlaces(list: RestApi['lists'][string]): readonly string[] {
  const { code, active, rate, fields } = list
  const kept = [code, ...(active === undefined ? [] : [active.at]), ...(rate === undefined ? [] : [rate]), ...fields]
  return [...new Set(kept)]
}
