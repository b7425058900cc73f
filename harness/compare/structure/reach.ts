import type { Ways } from '../../base/ways.ts'
import type { OutlineStep } from '../../model/schema.ts'
import type { Direction } from '../../model/structure.ts'
import { BIT, targetOf } from './space.ts'
import type { Explanation, Pair, Pairs } from './walk.ts'

/** A resource whose schemas differ, or lead to some that do. */
export type Root = Readonly<{ resource: string; pair: Pair }>

/** A differing pair, and where it is met first. */
export type Visit = Readonly<{
  pair: Pair
  /** The resource and the shortest way down from it; written out only where there is something to tell. */
  place: () => Place
  /** How many other resources reach it. */
  also: number
}>

export type Place = Readonly<{
  resource: string
  steps: readonly OutlineStep[]
  /** The closest definition on the way. */
  shared: string | null
}>

/**
 * Visits every differing pair below some resources once, the nearest first. What both releases publish alike is crossed by
 * number and never read; the pairs that are read come after those numbers.
 */
export function visit(
  roots: readonly Root[],
  direction: Direction,
  pairs: Pairs,
  explain: (pair: Pair) => Explanation,
): readonly Visit[] {
  const { unchanged, unstableNodes, above } = pairs.space
  const bit = BIT[direction]
  const size = unchanged?.size ?? 0
  const ways = unchanged?.ways ?? above
  // Numbers below this stand for what is crossed, and for the definitions outside that it leads to.
  const fixed = unstableNodes.length
  const read: (Pair | undefined)[] = (unchanged?.outside[direction] ?? []).map((name, index) =>
    ((unstableNodes[size + index] ?? 0) & bit) !== 0 ? pairs.named(name) : undefined,
  )
  // A list is slow to say that it has nothing before its beginning.
  const pairAt = (number: number): Pair | undefined => (number < size ? undefined : read[number - size])
  /** The number that leads to each; for a resource, -1 - its place among the roots. */
  const from: number[] = []
  /** Which of its steps it was: of what is crossed counted over all, of what is read over its own. */
  const step: number[] = []
  for (let number = 0; number < fixed; number += 1) {
    from.push(UNSEEN)
    step.push(0)
  }
  const numbers = new Map<Pair, number>()
  read.forEach((pair, index) => {
    if (pair !== undefined) numbers.set(pair, size + index)
  })
  const numberOf = (pair: Pair): number => {
    const known = pair.node ?? numbers.get(pair)
    if (known !== undefined) return known
    numbers.set(pair, size + read.length)
    from.push(UNSEEN)
    step.push(0)
    return size + read.push(pair) - 1
  }

  const order: number[] = []
  /** What leads to and from what is read. */
  const into: Leads = new Map()
  const outOf: Leads = new Map()
  const lead = (to: number, source: number, index: number): void => {
    if (from[to] !== UNSEEN) return
    from[to] = source
    step[to] = index
    order.push(to)
  }
  roots.forEach(({ pair }, index) => {
    lead(numberOf(pair), -1 - index, 0)
  })
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at] ?? 0
    const pair = pairAt(number)
    if (pair !== undefined) {
      explain(pair).steps.forEach((next, index) => {
        const to = numberOf(next.pair)
        append(into, to, number)
        append(outOf, number, to)
        lead(to, number, index)
      })
      continue
    }
    const end = ways.starts[number + 1] ?? 0
    for (let index = ways.starts[number] ?? 0; index < end; index += 1) {
      const to = ways.ends[index] ?? 0
      if (((unstableNodes[to] ?? 0) & bit) !== 0) lead(to, number, index)
    }
  }

  const starts = new Int32Array(size + read.length)
  for (const { pair } of roots) starts[numberOf(pair)] = (starts[numberOf(pair)] ?? 0) + 1
  const isSeen = (number: number) => from[number] !== UNSEEN
  const countOf = resourceCounts({
    above: { ways: above, fixed, more: into, isSeen },
    below: { ways, fixed: size, more: outOf, isSeen },
    starts,
  })
  const nameAt = (number: number) =>
    number < size ? (unchanged?.nameOf(number, direction) ?? null) : nameOf(pairAt(number))
  const stepTo = (to: number, source: number): OutlineStep | undefined => {
    const pair = pairAt(source)
    if (pair !== undefined) return explain(pair).steps[step[to] ?? 0]
    const way = unchanged?.steps[step[to] ?? 0]
    const branch = way?.tokens.length === 0 ? nameAt(to) : null
    return branch === null ? way : { tokens: [], path: ['anyOf', branch] }
  }
  const placeOf = (number: number): Place => {
    const steps: OutlineStep[] = []
    let shared: string | null = null
    for (let to = number; ; ) {
      shared ??= nameAt(to)
      const source = from[to] ?? -1
      if (source < 0) return { resource: roots[-1 - source]?.resource ?? '', steps: steps.reverse(), shared }
      const way = stepTo(to, source)
      if (way !== undefined) steps.push(way)
      to = source
    }
  }
  const visits: Visit[] = []
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at] ?? 0
    const pair = pairAt(number)
    if (pair !== undefined) visits.push({ pair, place: () => placeOf(number), also: Math.max(0, countOf(number) - 1) })
  }
  return visits
}

/** Of what nobody leads to yet. */
const UNSEEN = -(2 ** 30)

type Leads = Map<number, number[]>

function append(leads: Leads, number: number, other: number): void {
  const known = leads.get(number)
  if (known === undefined) leads.set(number, [other])
  else known.push(other)
}

/** Where numbers lead that were seen: up to `fixed` by the ways of what is crossed, and besides by what is read. */
type Seen = Readonly<{ ways: Ways; fixed: number; more: Leads; isSeen: (number: number) => boolean }>

function eachSeen({ ways, fixed, more, isSeen }: Seen, number: number, found: (to: number) => void): void {
  if (number < fixed) {
    const end = ways.starts[number + 1] ?? 0
    for (let at = ways.starts[number] ?? 0; at < end; at += 1) {
      const to = ways.ends[at] ?? 0
      if (isSeen(to)) found(to)
    }
  }
  more.get(number)?.forEach(found)
}

/** All numbers that can be reached from one, itself included. */
function reached(start: number, seen: Seen, size: number): readonly number[] {
  const visited = new Uint8Array(size)
  const queue = [start]
  visited[start] = 1
  const note = (next: number) => {
    if (visited[next] === 1) return
    visited[next] = 1
    queue.push(next)
  }
  for (let at = 0; at < queue.length; at += 1) eachSeen(seen, queue[at] ?? 0, note)
  return queue
}

/** How many resources reach each number: asked from the change upwards, since most show none. */
function resourceCounts(parts: Readonly<{ above: Seen; below: Seen; starts: Int32Array }>): (start: number) => number {
  const { above, below, starts } = parts
  const counts = new Int32Array(starts.length).fill(-1)
  const isHolder = new Uint8Array(starts.length)
  const countOf = (start: number): number => {
    const known = counts[start] ?? -1
    if (known >= 0) return known
    const [up, down] = [above, below].map((seen) => {
      const found: number[] = []
      eachSeen(seen, start, (to) => {
        if (found.length < 2) found.push(to)
      })
      return found
    })
    const [holder, ...others] = up ?? []
    // What one pair alone leads to, and leads nowhere itself, is reached by the same resources.
    if (holder !== undefined && others.length === 0 && down?.length === 0 && starts[start] === 0) {
      counts[start] = countOf(holder)
      return counts[start] ?? 0
    }
    const holders = reached(start, above, starts.length)
    let count = 0
    isHolder.fill(0)
    for (let at = 0; at < holders.length; at += 1) {
      const number = holders[at] ?? 0
      count += starts[number] ?? 0
      isHolder[number] = 1
    }
    // Those that lead to each other are reached by the same resources.
    const downwards = reached(start, below, starts.length)
    for (let at = 0; at < downwards.length; at += 1) {
      const number = downwards[at] ?? 0
      if (isHolder[number] === 1) counts[number] = count
    }
    return count
  }
  return countOf
}

/** The definition that a pair stands for, when it is nothing but a reference to one. */
function nameOf(pair: Pair | undefined): string | null {
  const [only, ...others] = pair?.new.roots ?? []
  return only !== undefined && others.length === 0 ? (targetOf(only) ?? null) : null
}
