import type { Interaction } from '../model/recording.ts'
import type { WireCall } from '../ports/wire.ts'

/** Longer than the pauses within one run of a connector, shorter than those between two. */
const PAUSE_MINUTES = 5

/** When the connector ran, from the instants of its requests; `undefined` when they do not show a rhythm. */
export function scheduleOf(startedAt: readonly string[]): string | undefined {
  const instants = startedAt.map((text) => Date.parse(text)).filter((at) => !Number.isNaN(at))
  const starts = instants.filter((at, nth) => nth === 0 || at - (instants[nth - 1] ?? at) > PAUSE_MINUTES * 60_000)
  if (starts.length < 3) return undefined
  const gaps = starts.slice(1).map((at, nth) => Math.round((at - (starts[nth] ?? at)) / 60_000))
  const usual = [...gaps].sort((left, right) => left - right)[Math.floor(gaps.length / 2)] ?? 0
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16)
  const times = starts.map(clock).sort()
  return `about every ${usual} minutes between ${times[0]} and ${times.at(-1)} UTC`
}

/** How requests are authorized, by their headers; what is in them is not read any further than the scheme. */
export function authOf(interactions: readonly Interaction[]): string | undefined {
  for (const { request } of interactions) {
    const [, scheme] = /^(\w+) /.exec(request.headers.authorization ?? '') ?? []
    if (scheme !== undefined) return `${scheme} in the header authorization`
  }
  for (const { request } of interactions) {
    const key = Object.keys(request.headers).find((name) => /(api|auth|subscription|access)[-_]?(key|token)/.test(name))
    if (key !== undefined) return `key in the header ${key}`
    if (request.headers.cookie !== undefined) return 'session cookie'
  }
  return undefined
}

/** One kind of refusal that was seen. */
export type ErrorKind = Readonly<{ operation: string; code: string; count: number; message: string }>

/** Every kind of refusal, the most frequent first. */
export function errorKindsOf(calls: readonly WireCall[]): readonly ErrorKind[] {
  const kinds = new Map<string, ErrorKind>()
  for (const { operation, error } of calls) {
    if (error === undefined) continue
    const key = `${operation} ${error.code}`
    const known = kinds.get(key)
    kinds.set(key, { operation, ...error, count: (known?.count ?? 0) + 1 })
  }
  return [...kinds.values()].sort((left, right) => right.count - left.count)
}

/** How often each operation was called, in the order in which they first were. */
export function operationsOf(
  calls: readonly WireCall[],
): readonly Readonly<{ operation: string; kind: WireCall['kind']; count: number }>[] {
  const counts = new Map<string, { operation: string; kind: WireCall['kind']; count: number }>()
  for (const { operation, kind } of calls) {
    const known = counts.get(operation) ?? { operation, kind, count: 0 }
    counts.set(operation, { ...known, count: known.count + 1 })
  }
  return [...counts.values()]
}
