import { isJsonArray, type Json } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import type { ListedValue, ValueLists } from '../model/snapshot.ts'
import type { Meaning } from './records.ts'
import { sameValue, textOf, textsOf } from './scalars.ts'

/**
 * Compares the value lists of two releases by code. `usersOf` names the invoices that use a value, or a field of the list.
 * A list that only one side has is not compared; `compareValues` names it in `missing`. `countedOnly` says how many fields hold
 * ids of another list, of which nothing but their number could be compared.
 */
export function compareValues(
  baseline: ValueLists,
  candidate: ValueLists,
  usersOf: (list: string, code: string, field: string) => readonly string[],
  meaning?: Meaning,
): Readonly<{ differences: readonly Difference[]; missing: readonly string[]; countedOnly: number }> {
  const differences: Difference[] = []
  let countedOnly = 0
  const missing = Object.keys(baseline).filter((list) => candidate[list] === undefined)
  for (const list of Object.keys(baseline).sort()) {
    const now = candidate[list]
    if (now === undefined) continue
    const before = new Map((baseline[list] ?? []).map((value) => [value.code, value]))
    const after = new Map(now.map((value) => [value.code, value]))
    const codes = { before: codesById(before), after: codesById(after) }
    for (const code of [...new Set([...before.keys(), ...after.keys()])].sort()) {
      const found = compareOne(list, code, before.get(code), after.get(code), codes, usersOf, meaning)
      differences.push(...found.differences)
      countedOnly += found.countedOnly
    }
  }
  return { differences, missing, countedOnly }
}

function codesById(values: ReadonlyMap<string, ListedValue>): ReadonlyMap<string, string> {
  return new Map([...values.values()].map(({ id, code }) => [id, code]))
}

/**
 * Whether two lists of ids name the same values, in any order. An id means something in its own release only: `undefined` where
 * one is of another list than the one that it stands in, and as many are there as before.
 */
function areSameMembers(
  then: readonly Json[],
  value: readonly Json[],
  codes: Readonly<Record<'before' | 'after', ReadonlyMap<string, string>>>,
): boolean | undefined {
  if (then.length !== value.length) return false
  const [was, is] = [codesOf(then, codes.before), codesOf(value, codes.after)]
  if (was === undefined || is === undefined) return undefined
  return was.every((code, index) => code === is[index])
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
): Readonly<{ differences: readonly Difference[]; countedOnly: number }> {
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
  if (before === undefined) return { differences: [at('', 'extra', undefined, code)], countedOnly: 0 }
  if (now === undefined) return { differences: [at('', 'absent', code, undefined)], countedOnly: 0 }
  const found: Difference[] = []
  let countedOnly = 0
  if (before.active !== now.active) found.push(at('active', 'changed-state', String(before.active), String(now.active)))
  for (const field of Object.keys(before.fields).sort()) {
    const [then, value] = [before.fields[field], now.fields[field]]
    if (field === 'active' || then === undefined || value === undefined) continue
    const same =
      isJsonArray(then) && isJsonArray(value)
        ? areSameMembers(then, value, codes)
        : sameValue(then, value, meaning?.(list, field).class)
    if (same === undefined) countedOnly += 1
    else if (!same) found.push(at(field, 'coerced', then, value))
  }
  return { differences: found, countedOnly }
}
