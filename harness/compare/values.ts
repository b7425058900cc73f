import { isJsonArray, type Json } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import type { ListedValue, ValueLists } from '../model/snapshot.ts'
import type { Meaning } from './records.ts'
import { sameValue, textOf, textsOf } from './scalars.ts'

/**
 * Compares the value lists of two releases by code. `usersOf` names the invoices that use a value, or a field of the list.
 * A list that only one side has is not compared; `compareValues` names it in `missing`.
 */
export function compareValues(
  baseline: ValueLists,
  candidate: ValueLists,
  usersOf: (list: string, code: string, field: string) => readonly string[],
  meaning?: Meaning,
): Readonly<{ differences: readonly Difference[]; missing: readonly string[] }> {
  const differences: Difference[] = []
  const missing = Object.keys(baseline).filter((list) => candidate[list] === undefined)
  for (const list of Object.keys(baseline).sort()) {
    const now = candidate[list]
    if (now === undefined) continue
    const before = new Map((baseline[list] ?? []).map((value) => [value.code, value]))
    const after = new Map(now.map((value) => [value.code, value]))
    const codes = { before: codesById(before), after: codesById(after) }
    for (const code of [...new Set([...before.keys(), ...after.keys()])].sort()) {
      differences.push(...compareOne(list, code, before.get(code), after.get(code), codes, usersOf, meaning))
    }
  }
  return { differences, missing }
}

function codesById(values: ReadonlyMap<string, ListedValue>): ReadonlyMap<string, string> {
  return new Map([...values.values()].map(({ id, code }) => [id, code]))
}

/**
 * Whether two lists of ids name the same values, in any order. An id means something in its own release only; where one is of
 * another list than the one that it stands in, how many there are is all that can be compared.
 */
function areSameMembers(
  then: readonly Json[],
  value: readonly Json[],
  codes: Readonly<Record<'before' | 'after', ReadonlyMap<string, string>>>,
): boolean {
  if (then.length !== value.length) return false
  const [was, is] = [codesOf(then, codes.before), codesOf(value, codes.after)]
  return was === undefined || is === undefined || was.every((code, index) => code === is[index])
}

function codesOf(items: readonly Json[], codes: ReadonlyMap<string, string>): readonly string[] | undefined {
  const found = items.map((item) => codes.get(textOf(item) ?? ''))
  return found.every((code) => code !== undefined) ? found.sort() : undefined
}

function compareOne(
  list: string,
  code: string,
  before: ListedValue | undefined,
  now: ListedValue | undefined,
  codes: Readonly<Record<'before' | 'after', ReadonlyMap<string, string>>>,
  usersOf: (list: string, code: string, field: string) => readonly string[],
  meaning: Meaning | undefined,
): readonly Difference[] {
  const at = (
    field: string,
    kind: Difference['kind'],
    baseline: Json | undefined,
    candidate: Json | undefined,
  ): Difference => ({
    area: 'values',
    kind,
    class: 'coding',
    loudness: 'silent',
    resource: list,
    pointer: field === '' ? '' : `/${field}`,
    at: `/${code}`,
    stage: '',
    ...printed(textsOf(baseline, candidate)),
    sent: null,
    invoices: [...usersOf(list, code, field)],
    seenBy: 'gate',
  })
  const printed = ([then, value]: ReturnType<typeof textsOf>) => ({ baseline: then, candidate: value })
  if (before === undefined) return [at('', 'extra', undefined, code)]
  if (now === undefined) return [at('', 'absent', code, undefined)]
  const found: Difference[] = []
  if (before.active !== now.active) found.push(at('active', 'changed-state', String(before.active), String(now.active)))
  for (const field of Object.keys(before.fields).sort()) {
    const [then, value] = [before.fields[field], now.fields[field]]
    if (field === 'active' || then === undefined || value === undefined) continue
    const same =
      isJsonArray(then) && isJsonArray(value)
        ? areSameMembers(then, value, codes)
        : sameValue(then, value, meaning?.(list, field).class)
    if (!same) found.push(at(field, 'coerced', then, value))
  }
  return found
}
