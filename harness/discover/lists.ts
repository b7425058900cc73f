import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { WireCall } from '../ports/wire.ts'
import { type Flow, type Place, textOf } from './documents.ts'
import { nameLikeness } from './likeness.ts'

/** A list of values that the connector looked up, and which of its records each value of a place is. */
export type ListLink = Readonly<{
  resource: string
  /** Field of the list's records that the place holds: their key, or a code. */
  by: string
  /** 0 to 1: how well the values, and when they were looked up, fit. */
  score: number
  /** Another list that fits nearly as well. */
  rival?: string
  recordOf: (value: string) => JsonObject | undefined
  /** Texts that stand for a value: its codes and names, and what it was searched by. */
  textsOf: (value: string) => readonly string[]
}>

/** One record of a list, with the document before which it was answered first and what it was searched by. */
type Known = { record: JsonObject; first: number; filters: { field: string; value: Json }[] }

/** The records that were looked up, by resource. */
export type Lookups = ReadonlyMap<string, readonly Known[]>

/** Everything that was looked up before it was used: answers about other resources than the document's own. */
export function lookupsOf(flow: Flow, own: ReadonlySet<string>): Lookups {
  const lookups = new Map<string, Map<string, Known>>()
  let document = 0
  const firstCall = new Map<WireCall, number>()
  for (const [index, { call }] of flow.documents.entries()) if (!firstCall.has(call)) firstCall.set(call, index)
  for (const call of flow.calls) {
    const created = firstCall.get(call)
    if (created !== undefined) document = created + 1
    if (call.error !== undefined || own.has(call.resource) || call.kind === 'session') continue
    const records = lookups.get(call.resource) ?? new Map<string, Known>()
    lookups.set(call.resource, records)
    for (const record of call.answered) {
      const key = textOf(record[flow.keyField]) ?? JSON.stringify(record)
      const known = records.get(key) ?? { record: {}, first: document, filters: [] }
      records.set(key, {
        record: { ...known.record, ...record },
        first: known.first,
        filters:
          call.kind === 'search' && call.answered.length === 1 ? [...known.filters, ...call.filters] : known.filters,
      })
    }
  }
  return new Map([...lookups].map(([resource, records]) => [resource, [...records.values()]]))
}

/** The list that a place's values come from, `undefined` when none holds them all. */
export function listOf(place: Place, lookups: Lookups, keyField: string): ListLink | undefined {
  if (place.occurrences.length === 0) return undefined
  const candidates: ListLink[] = []
  for (const [resource, known] of lookups) {
    for (const by of identifying(known, keyField)) {
      const score = scoreOf(place, known, by, nameLikeness(place.field, resource), keyField)
      if (score !== undefined) candidates.push(linkOf(resource, by, score, known, keyField))
    }
  }
  candidates.sort((left, right) => right.score - left.score)
  const [best] = candidates
  const rival = candidates.find(({ resource }) => resource !== best?.resource)
  if (best === undefined) return undefined
  return rival !== undefined && rival.score > best.score - 0.15 ? { ...best, rival: rival.resource } : best
}

/** Fields by which a list tells its records apart: their key, and texts that no two records share. */
function identifying(known: readonly Known[], keyField: string): readonly string[] {
  const names = new Set(known.flatMap(({ record }) => Object.keys(record)))
  return [...names].filter((name) => {
    if (name === keyField) return true
    const values = known.flatMap(({ record }) => (typeof record[name] === 'string' ? [record[name]] : []))
    return values.length === known.length && new Set(values).size === known.length && !values.some(isDate)
  })
}

/**
 * How well a list fits: how many of the values that were looked up are used here, how many are used by the document before
 * which they were looked up, and whether the names are alike. A value that had not been answered before rules the list out.
 */
function scoreOf(
  place: Place,
  known: readonly Known[],
  by: string,
  likeness: number,
  keyField: string,
): number | undefined {
  const first = new Map(
    known.flatMap(({ record, first: at }) => {
      const value = textOf(record[by])
      return value === undefined ? [] : [[value, at]]
    }),
  )
  const used = new Map<string, number>()
  for (const { value, document } of place.occurrences) {
    const at = first.get(value)
    if (at === undefined || at > document) return undefined
    if (!used.has(value)) used.set(value, document)
  }
  const searched = known.filter(({ filters }) => filters.length > 0)
  const share = used.size / Math.max(1, searched.length > 0 ? searched.length : known.length)
  const fresh = [...used].filter(([value, document]) => first.get(value) === document).length / used.size
  // What was fetched beforehand, in one go, says nothing by when it was fetched.
  const timing = [...first.values()].every((at) => at === 0) ? Math.min(1, share) : fresh
  const score = 0.35 * Math.min(1, share) + 0.35 * timing + 0.3 * likeness
  // Small numbers are keys of everything: without a name in common, only use and timing together count.
  const isTelling = likeness > 0 || by !== keyField || (share >= 0.6 && timing >= 0.6 && used.size >= 3)
  return isTelling && score >= 0.4 ? score : undefined
}

function linkOf(resource: string, by: string, score: number, known: readonly Known[], key: string): ListLink {
  // What tells the records apart is their code; what several of them share, such as a currency, is not.
  const codes = identifying(known, key).filter((name) => name !== key)
  const byValue = new Map(
    known.flatMap((each) => {
      const value = textOf(each.record[by])
      return value === undefined ? [] : [[value, each]]
    }),
  )
  return {
    resource,
    by,
    score,
    recordOf: (value) => byValue.get(value)?.record,
    textsOf: (value) => {
      const found = byValue.get(value)
      if (found === undefined) return [value]
      const searched = found.filters.flatMap((filter) =>
        filter.field.includes('.') ? [] : (textOf(filter.value) ?? []),
      )
      const own = codes.flatMap((name) => textOf(found.record[name]) ?? [])
      return [...new Set(by === key ? [...searched, ...own, value] : [value, ...searched, ...own])]
    },
  }
}

/** The literal by which a list was searched when it answered a record with this member, such as `root.code = DEPT`. */
export function searchedBy(lookups: Lookups, resource: string, member: string, value: string): string | undefined {
  for (const { record, filters } of lookups.get(resource) ?? []) {
    if (textOf(record[member]) !== value) continue
    const found = filters.find(({ field }) => field.startsWith(`${member}.`))
    if (found !== undefined) return textOf(found.value)
  }
  return undefined
}

/** Whether a text is a calendar date. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(text)
}

/** Where a date that is sent stands in what was looked up, as a hint to what it follows. */
export function dateSource(place: Place, lookups: Lookups): string | undefined {
  if (place.occurrences.length === 0 || !place.occurrences.every(({ value }) => isDate(value))) return undefined
  for (const [resource, known] of lookups) {
    const names = new Set(known.flatMap(({ record }) => (isJsonObject(record) ? Object.keys(record) : [])))
    for (const name of names) {
      const dates = new Set(known.flatMap(({ record }) => textOf(record[name]) ?? []))
      if (place.occurrences.every(({ value }) => dates.has(value))) return `${name} of a record of ${resource}`
    }
  }
  return undefined
}
