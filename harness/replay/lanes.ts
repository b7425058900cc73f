import type { DecodedRecording } from './chains.ts'

/** Places of chains in the recording that must run one after the other, in this order. */
export type Lane = readonly number[]

/**
 * Sorts the chains of a recording into lanes. Invoices of one supplier share a lane, because an ERP compares an invoice
 * with the earlier ones of its supplier; so do chains of which one names a record of the other. Lanes do not depend on
 * each other and are in recorded order.
 */
export function lanesOf({ chains }: Pick<DecodedRecording, 'chains'>): readonly Lane[] {
  const leaders = chains.map((_, index) => index)
  const leaderOf = (index: number): number => {
    const leader = leaders[index] ?? index
    if (leader === index) return index
    const top = leaderOf(leader)
    leaders[index] = top
    return top
  }
  const join = (left: number, right: number) => {
    const [first, second] = [leaderOf(left), leaderOf(right)].sort((a, b) => a - b)
    if (first !== undefined && second !== undefined) leaders[second] = first
  }
  const suppliers = new Map<string, number>()
  for (const [index, chain] of chains.entries()) {
    const earlier = suppliers.get(chain.supplier)
    if (earlier === undefined) suppliers.set(chain.supplier, index)
    else join(earlier, index)
    for (const owner of chain.names) join(owner, index)
  }
  const lanes = new Map<number, number[]>()
  for (const index of chains.keys()) {
    const lane = lanes.get(leaderOf(index))
    if (lane === undefined) lanes.set(leaderOf(index), [index])
    else lane.push(index)
  }
  return [...lanes.values()]
}

/** One of several parts of a recording, counted from 1. */
export type Shard = Readonly<{ index: number; count: number }>

/**
 * Places of the chains that belong to a shard. Whole lanes are dealt out, the longest first, each to the shard that has the
 * fewest requests so far, so that every machine comes to the same parts from the same recording.
 */
export function chainsOfShard(decoded: DecodedRecording, shard: Shard): ReadonlySet<number> {
  const requests = (lane: Lane) => lane.reduce((sum, index) => sum + (decoded.chains[index]?.places.length ?? 0), 0)
  const lanes = lanesOf(decoded)
    .map((lane) => ({ lane, requests: requests(lane) }))
    .sort((left, right) => right.requests - left.requests || (left.lane[0] ?? 0) - (right.lane[0] ?? 0))
  const loads = new Array<number>(shard.count).fill(0)
  const mine = new Set<number>()
  for (const { lane, requests: load } of lanes) {
    const lightest = loads.indexOf(Math.min(...loads))
    loads[lightest] = (loads[lightest] ?? 0) + load
    if (lightest === shard.index - 1) for (const index of lane) mine.add(index)
  }
  return mine
}
