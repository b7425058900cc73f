import { fingerprintOf } from '../base/fingerprint.ts'
import type { Json } from '../base/json.ts'

/** Which row of one list is which row of the other. */
export type Pairing = Readonly<{
  pairs: readonly Readonly<{ baseline: Json; candidate: Json; from: number; to: number }>[]
  /** Rows that only the baseline has. */
  lost: readonly Readonly<{ row: Json; index: number }>[]
  /** Rows that only the candidate has. */
  gained: readonly Readonly<{ row: Json; index: number }>[]
  /** Whether rows that are the same stand in another order. */
  reordered: boolean
}>

/**
 * Pairs two lists of rows as multisets: equal rows first, each once, so that a lost one of two equal rows is seen; then the
 * most alike; what is left is lost or gained. `identity` is a row without what the ERP assigns; `likeness` counts equal fields.
 */
export function pairRows(
  baseline: readonly Json[],
  candidate: readonly Json[],
  identity: (row: Json) => Json,
  likeness: (left: Json, right: Json) => number,
): Pairing {
  const free = new Map<string, number[]>()
  for (const [index, row] of candidate.entries()) {
    const key = fingerprintOf(identity(row))
    free.set(key, [...(free.get(key) ?? []), index])
  }
  const pairs: { baseline: Json; candidate: Json; from: number; to: number }[] = []
  const unpaired: number[] = []
  const taken = new Set<number>()
  for (const [from, row] of baseline.entries()) {
    const to = free.get(fingerprintOf(identity(row)))?.shift()
    const match = to === undefined ? undefined : candidate[to]
    if (to === undefined || match === undefined) {
      unpaired.push(from)
      continue
    }
    taken.add(to)
    pairs.push({ baseline: row, candidate: match, from, to })
  }
  const reordered = pairs.some((pair, index) => index > 0 && pair.to < (pairs[index - 1]?.to ?? 0))
  const open = [...candidate.keys()].filter((index) => !taken.has(index))
  const alike = unpaired
    .flatMap((from) => open.map((to) => ({ from, to, score: score(baseline[from], candidate[to], likeness) })))
    .filter(({ score }) => score > 0)
    .sort(
      (left, right) =>
        right.score - left.score ||
        Math.abs(left.from - left.to) - Math.abs(right.from - right.to) ||
        left.from - right.from,
    )
  const matched = new Set<number>()
  for (const { from, to } of alike) {
    const [before, now] = [baseline[from], candidate[to]]
    if (matched.has(from) || taken.has(to) || before === undefined || now === undefined) continue
    matched.add(from)
    taken.add(to)
    pairs.push({ baseline: before, candidate: now, from, to })
  }
  return {
    pairs: pairs.sort((left, right) => left.from - right.from),
    lost: unpaired.flatMap((index) => rowAt(baseline, index, matched.has(index))),
    gained: open.flatMap((index) => rowAt(candidate, index, taken.has(index))),
    reordered,
  }
}

function score(left: Json | undefined, right: Json | undefined, likeness: (left: Json, right: Json) => number): number {
  return left === undefined || right === undefined ? 0 : likeness(left, right)
}

function rowAt(rows: readonly Json[], index: number, used: boolean): { row: Json; index: number }[] {
  const row = rows[index]
  return used || row === undefined ? [] : [{ row, index }]
}
