import { tokensOf } from '../../base/pointer.ts'
import type { StructureDifference } from '../../model/structure.ts'
import { bestPairs, type Candidate } from './best-pairs.ts'
import { plain } from './likeness.ts'

type Field = Readonly<{ difference: StructureDifference; name: string }>

/** A name that is gone and new at more places than this is everywhere, and tells nothing. */
const MOST_PAIRS = 100

/** How much less sure a field is that kept its name and stands in another record, within or around the one it was in, or elsewhere. */
const NESTED = 0.75
const BESIDE = 0.6

/**
 * Fields that may stand in another record than before, under the same name: of the same resource, or of one that is a part of
 * it (`bill` and `bill.lines`). `candidateOf` says how much two of them look alike.
 */
export function movedFields<T extends Field>(
  fields: readonly T[],
  candidateOf: (from: T, to: T) => Candidate<T>,
): readonly Candidate<T>[] {
  const groups = new Map<string, { removed: T[]; added: T[] }>()
  for (const field of fields) {
    const key = `${field.difference.direction} ${plain(field.name)}`
    const group = groups.get(key) ?? { removed: [], added: [] }
    groups.set(key, group)
    if (field.difference.change === 'removed') group.removed.push(field)
    else group.added.push(field)
  }
  return [...groups.values()].flatMap(({ removed, added }) => {
    if (removed.length * added.length > MOST_PAIRS) return []
    const candidates = removed.flatMap((from) =>
      added.flatMap((to) => {
        const nearness = nearnessOf(from.difference, to.difference)
        if (nearness === undefined) return []
        const { score, evidence } = candidateOf(from, to)
        return [{ from, to, score: score * nearness, evidence: [...evidence, sayWhere(nearness)] }]
      }),
    )
    return bestPairs(candidates)
  })
}

function sayWhere(nearness: number): string {
  return nearness === NESTED ? 'one of the two records is in the other' : 'both records belong to the same resource'
}

/** How near two records are to each other; undefined where nothing joins them, or where they are one and the same. */
function nearnessOf(from: StructureDifference, to: StructureDifference): number | undefined {
  if (from.resource !== to.resource)
    return isPart(from.resource, to.resource) || isPart(to.resource, from.resource) ? NESTED : undefined
  const [before, after] = [from, to].map(({ pointer }) => `/${tokensOf(pointer).slice(0, -1).join('/')}/`)
  if (before === undefined || after === undefined || before === after) return undefined
  const [one, other] = [before.replace('//', '/'), after.replace('//', '/')]
  return one.startsWith(other) || other.startsWith(one) ? NESTED : BESIDE
}

function isPart(part: string, whole: string): boolean {
  return part.startsWith(`${whole}.`)
}
