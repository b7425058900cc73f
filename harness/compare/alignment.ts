import { isJsonArray, isJsonObject, type Json, type JsonObject, sameJson } from '../base/json.ts'
import { pairRows } from './pairing.ts'
import { identityOf, likeness, type RecordContext } from './records.ts'

/** Paths of the records of one document, under the candidate, and the path of the same record under the baseline. */
export type Alignment = ReadonlyMap<string, string>

type Known = Pick<RecordContext, 'meaning' | 'relation'>

/**
 * Finds which record of one document is which record of the other, so that a release that keeps the same lines in another
 * order is not taken for one that exchanged them. The records are told apart by what they hold, then by what names them.
 */
export function alignmentOf(resource: string, baseline: JsonObject, candidate: JsonObject, known: Known): Alignment {
  const byContent = walked(resource, baseline, candidate, known, false)
  // Records that hold the same are told apart by what they name, once that is named alike; rows still stand where they stood.
  const renamed = aligned(candidate, byContent)
  return isJsonObject(renamed) ? walked(resource, baseline, renamed, known, true) : byContent
}

/** A value of the candidate in which every record has the path that it has under the baseline. */
export function aligned(value: Json, alignment: Alignment): Json {
  if (alignment.size === 0) return value
  if (typeof value === 'string') return value.includes('/') ? renamedText(value, alignment) : value
  if (isJsonArray(value)) {
    const items = value.map((item) => aligned(item, alignment))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, member]): [string, Json] => [name, aligned(member, alignment)])
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value
}

/** A record is named `@lines/0`, alone or after its resource. */
function renamedText(text: string, alignment: Alignment): string {
  const [, before, path] = /^([\w.]+ @|@)([a-z_]+(?:\/[a-z_0-9]+)+)$/.exec(text) ?? []
  const other = path === undefined ? undefined : alignment.get(path)
  return other === undefined ? text : `${before}${other}`
}

function walked(
  resource: string,
  baseline: JsonObject,
  candidate: JsonObject,
  known: Known,
  withReferences: boolean,
): Alignment {
  const found = new Map<string, string>()
  const walk = (model: string, before: JsonObject, now: JsonObject, path: string, pathNow: string): void => {
    for (const [field, value] of Object.entries(before)) {
      const other = now[field]
      const related = known.relation(model, field) ?? model
      if (isJsonObject(value) && isJsonObject(other))
        walk(related, value, other, `${path}${field}/`, `${pathNow}${field}/`)
      if (!isJsonArray(value) || !isJsonArray(other) || !value.some(isJsonObject)) continue
      // Rows that are the same in the same order are each other.
      if (path === pathNow && sameJson(value, other)) continue
      // A row that names itself is not another row because it stands elsewhere.
      const selfless = (rows: readonly Json[], prefix: string) =>
        rows.map((row, index) => withoutSelf(row, `${prefix}${field}/${index}`))
      const { pairs } = pairRows(
        selfless(value, path),
        selfless(other, pathNow),
        (row) => identityOf(related, row, known, withReferences),
        likeness,
      )
      for (const pair of pairs) {
        const [row, counterpart] = [value[pair.from], other[pair.to]]
        if (!isJsonObject(row) || !isJsonObject(counterpart)) continue
        const [was, is] = [`${path}${field}/${pair.from}`, `${pathNow}${field}/${pair.to}`]
        if (was !== is) found.set(is, was)
        walk(related, row, counterpart, `${was}/`, `${is}/`)
      }
    }
  }
  walk(resource, baseline, candidate, '', '')
  return found
}

/** A row in which every reference to itself or to a part of it says so and no longer where it stands. */
function withoutSelf(value: Json, path: string): Json {
  if (typeof value === 'string') {
    const at = value.indexOf(`@${path}`)
    const ends = at >= 0 && /^(\/|$)/.test(value.slice(at + path.length + 1))
    return ends ? `${value.slice(0, at)}@itself${value.slice(at + path.length + 1)}` : value
  }
  if (isJsonArray(value)) return value.map((item) => withoutSelf(item, path))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutSelf(member, path)]))
}
