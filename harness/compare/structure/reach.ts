import type { OutlineStep } from '../../model/schema.ts'
import { targetOf } from './space.ts'
import type { Explanation, Pair, Pairs } from './walk.ts'
import { reached, type Ways, waysOf } from './ways.ts'

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
export function visit(roots: readonly Root[], pairs: Pairs, explain: (pair: Pair) => Explanation): readonly Visit[] {
  const { unchanged, isUnstable, isUnstableNode } = pairs.space
  const size = unchanged?.targets.length ?? 0
  const read: Pair[] = []
  const numbers = new Map<Pair, number>()
  const numberOf = (pair: Pair): number => {
    if (pair.node !== undefined) return pair.node
    const known = numbers.get(pair)
    if (known !== undefined) return known
    numbers.set(pair, size + read.length)
    return size + read.push(pair) - 1
  }
  const outside = (unchanged?.outside ?? []).map((name) => (isUnstable(name) ? numberOf(pairs.named(name)) : -1))

  const order: number[] = []
  /** The number that leads here and which of its steps; for a resource, -1 - its place among the roots. */
  const from: (number | undefined)[] = new Array(size)
  const step: number[] = []
  const edges = { from: Array.of<number>(), to: Array.of<number>() }
  const lead = (to: number, source: number, index: number): void => {
    if (source >= 0) {
      edges.from.push(source)
      edges.to.push(to)
    }
    if (from[to] !== undefined) return
    from[to] = source
    step[to] = index
    order.push(to)
  }
  roots.forEach(({ pair }, index) => {
    lead(numberOf(pair), -1 - index, 0)
  })
  for (let at = 0; at < order.length; at += 1) {
    const number = order[at] ?? 0
    if (number < size) {
      const targets = unchanged?.targets[number] ?? []
      for (let index = 0; index < targets.length; index += 1) {
        const target = targets[index] ?? 0
        const to = target < 0 ? (outside[-1 - target] ?? -1) : isUnstableNode(target) ? target : -1
        if (to >= 0) lead(to, number, index)
      }
    } else {
      const pair = read[number - size]
      const steps = pair === undefined ? [] : explain(pair).steps
      steps.forEach((next, index) => {
        lead(numberOf(next.pair), number, index)
      })
    }
  }

  const starts = new Int32Array(size + read.length)
  for (const { pair } of roots) starts[numberOf(pair)] = (starts[numberOf(pair)] ?? 0) + 1
  const countOf = resourceCounts({
    above: waysOf(starts.length, edges.to, edges.from),
    below: waysOf(starts.length, edges.from, edges.to),
    starts,
  })
  const placeOf = (number: number): Place => {
    const steps: OutlineStep[] = []
    let shared: string | null = null
    for (let to = number; ; ) {
      shared ??= to < size ? (unchanged?.nameOf(to) ?? null) : nameOf(read[to - size])
      const source = from[to] ?? -1
      if (source < 0) return { resource: roots[-1 - source]?.resource ?? '', steps: steps.reverse(), shared }
      const pair = read[source - size]
      const taken = pair === undefined ? unchanged?.steps[source] : explain(pair).steps
      const way = taken?.[step[to] ?? 0]
      if (way !== undefined) steps.push(way)
      to = source
    }
  }
  return order.flatMap((number) => {
    const pair = read[number - size]
    return pair === undefined ? [] : [{ pair, place: () => placeOf(number), also: Math.max(0, countOf(number) - 1) }]
  })
}

/** How many resources reach each number: asked from the change upwards, since most show none. */
function resourceCounts(ways: Readonly<{ above: Ways; below: Ways; starts: Int32Array }>): (start: number) => number {
  const { above, below, starts } = ways
  const counts = new Map<number, number>()
  const isHolder = new Uint8Array(starts.length)
  const degree = ({ starts }: Ways, number: number) => (starts[number + 1] ?? 0) - (starts[number] ?? 0)
  const countOf = (start: number): number => {
    const known = counts.get(start)
    if (known !== undefined) return known
    // What one pair alone leads to, and leads nowhere itself, is reached by the same resources.
    if (degree(above, start) === 1 && degree(below, start) === 0 && starts[start] === 0) {
      const count = countOf(above.ends[above.starts[start] ?? 0] ?? 0)
      counts.set(start, count)
      return count
    }
    const holders = reached(start, above)
    let count = 0
    isHolder.fill(0)
    for (const holder of holders) {
      count += starts[holder] ?? 0
      isHolder[holder] = 1
    }
    // Those that lead to each other are reached by the same resources.
    for (const other of reached(start, below)) if (isHolder[other] === 1) counts.set(other, count)
    return count
  }
  return countOf
}

/** The definition that a pair stands for, when it is nothing but a reference to one. */
function nameOf(pair: Pair | undefined): string | null {
  const [only, ...others] = pair?.new.roots ?? []
  return only !== undefined && others.length === 0 ? (targetOf(only) ?? null) : null
}
