/** Two things that may be one, with what speaks for it; the score is between 0 and 1. */
export type Candidate<T> = Readonly<{ from: T; to: T; score: number; evidence: readonly string[] }>

/** Below this a pair would be a guess; the runner-up must be this much weaker. */
const LEAST_SCORE = 0.5
export const LEAST_MARGIN = 0.08

/** Pairs of which each is the best for both of its ends and clearly better than the next one. */
export function bestPairs<T extends Readonly<{ name: string }>>(
  candidates: readonly Candidate<T>[],
): readonly Candidate<T>[] {
  const byScore = candidates
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort(
      (left, right) =>
        right.score - left.score || order(left.from.name, right.from.name) || order(left.to.name, right.to.name),
    )
  const rivals = new Map<T, Candidate<T>[]>()
  for (const candidate of byScore) {
    for (const end of [candidate.from, candidate.to]) {
      const known = rivals.get(end)
      if (known === undefined) rivals.set(end, [candidate])
      else known.push(candidate)
    }
  }
  // The best first: what is paired with something better is no rival to what is left.
  const pairs: Candidate<T>[] = []
  const taken = new Set<T>()
  for (const candidate of byScore) {
    const { from, to } = candidate
    if (taken.has(from) || taken.has(to)) continue
    const isClear = [...(rivals.get(from) ?? []), ...(rivals.get(to) ?? [])].every(
      (other) =>
        other === candidate ||
        taken.has(other.from) ||
        taken.has(other.to) ||
        candidate.score - other.score >= LEAST_MARGIN,
    )
    if (!isClear) continue
    pairs.push(candidate)
    taken.add(from)
    taken.add(to)
  }
  return pairs
}

/** The order of two names, the same on every run. */
export function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
