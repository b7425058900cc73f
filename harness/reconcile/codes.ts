import { z } from 'zod'
import type { Difference } from '../model/difference.ts'
import type { UnjudgedFinding } from '../ports/expectation.ts'
import { isAt, isOf, isRefusal, Place } from './announced.ts'

/** Arguments about the codes of one value list. */
export const ListArgs = {
  /** The value list, by the ERP's resource name. */
  resource: z.string(),
  /** Fields of documents that hold its codes. */
  'used-in': z.array(Place).optional(),
  'refused-with': z.string().min(1).optional(),
}
type ListArgs = Readonly<{
  resource: string
  'used-in'?: readonly Place[] | undefined
  'refused-with'?: string | undefined
}>

/** How codes of a list change: what an old code becomes, and whether a code is one that an old one becomes. */
export type Recoding = Readonly<{
  becomes: (code: string) => readonly string[]
  isNew: (code: string) => boolean
  /** Whether what an old code becomes has to be new in the list, or may have been there before. */
  into: 'new' | 'any'
  /** Whether the old code may stay in the list, blocked, instead of being gone. */
  isBlockedInstead: boolean
  /** Whether codes that were built like the first are built like the second now; `9` is any digit and `A` any letter. */
  isShaped?: (before: string, after: string) => boolean
  /** The old codes that are known by name. */
  old: readonly string[]
}>

/** A table from old to new codes. */
export const CodeTable = z
  .record(z.string().min(1), z.string().min(1))
  .refine((table) => Object.keys(table).length > 0, { message: 'names no value' })
  .refine((table) => Object.entries(table).every(([from, to]) => from !== to), {
    message: 'a value that stays as it is does not belong here',
  })

/** One old code becomes one new code. */
export const OneToOne = CodeTable.refine((table) => new Set(Object.values(table)).size === Object.keys(table).length, {
  message: 'two values become one: announce that they are merged',
})

/** The recoding that a table states. */
export function recodingOf(
  table: Readonly<Record<string, string>>,
  how: Pick<Recoding, 'into' | 'isBlockedInstead'>,
): Recoding {
  const to = new Map(Object.entries(table))
  const images = new Set(to.values())
  return {
    becomes: (code) => [to.get(code)].filter((known) => known !== undefined),
    isNew: (code) => images.has(code),
    ...how,
    old: [...to.keys()],
  }
}

/**
 * Whether a finding is what a recoding does and nothing else: an old code is gone and what it becomes is there, the new code
 * is new, a document holds the new code where it held the old one, a look-up answers it, or the ERP refuses the old one.
 */
export function isRecoded(
  unjudged: UnjudgedFinding,
  args: ListArgs,
  { becomes, isNew, into, isBlockedInstead, isShaped, old }: Recoding,
  all: readonly UnjudgedFinding[],
): boolean {
  const { finding, differences } = unjudged
  const usedIn = args['used-in'] ?? []
  const isPair = (before: string | null, after: string | null) =>
    before !== null && after !== null && becomes(before).includes(after)
  const isKept = (code: string | null) => becomes(code ?? '').some((next) => isThere(next, into, args.resource, all))
  const code = args['refused-with']
  if (code !== undefined) {
    const gone = all
      .filter(({ finding: other }) => other.check === 'value-removed' && other.resource === args.resource)
      .flatMap((other) => other.differences.map(codeOf))
      .filter(isKept)
    const owners = [args.resource, ...usedIn.map(({ resource }) => resource)]
    if (owners.some((owner) => isRefusal(unjudged, owner, code, [...old, ...gone]))) return true
  }
  if (usedIn.some((place) => isOf(unjudged, ['stored-coding-changed'], place)))
    return differences.every(({ baseline, candidate }) => isPair(baseline, candidate))
  if (finding.resource !== args.resource) return false
  switch (finding.check) {
    case 'value-removed':
      return differences.every(({ baseline }) => isKept(baseline))
    case 'value-blocked':
      return isBlockedInstead && differences.every((difference) => isKept(codeOf(difference)))
    case 'value-added':
      return differences.every(({ candidate }) => isNew(candidate ?? ''))
    case 'value-format-changed':
      return differences.every(({ baseline, candidate }) => isShaped?.(baseline ?? '', candidate ?? '') === true)
    case 'value-renamed':
    case 'lookup-value-changed':
      return (
        (finding.check === 'value-renamed' || isAt(unjudged, { resource: args.resource, field: 'found' })) &&
        differences.every(({ baseline, candidate }) => isPair(idOf(baseline), idOf(candidate)))
      )
    case 'lookup-value-lost':
      return differences.every(({ baseline }) => isKept(idOf(baseline)))
    case 'lookup-value-gained':
      return differences.every(({ candidate }) => isNew(idOf(candidate) ?? ''))
    default:
      return false
  }
}

/** Whether a code is in the list of the candidate and usable, as far as what was found tells. */
function isThere(code: string, into: Recoding['into'], list: string, all: readonly UnjudgedFinding[]): boolean {
  const isSeen = (...checks: readonly string[]) =>
    all.some(
      ({ finding, differences }) =>
        finding.resource === list &&
        checks.includes(finding.check) &&
        differences.some((difference) => codeOf(difference) === code),
    )
  return into === 'new' ? isSeen('value-added') : !isSeen('value-removed', 'value-blocked')
}

/** The code of a listed value that a difference is about. */
export function codeOf({ at }: Difference): string {
  return at.slice(1)
}

/** The code of a row that a look-up finds: the row by itself, or the id in its text. */
function idOf(row: string | null): string | null {
  if (row === null) return null
  return /(?:^|, )id ([^,]+)/.exec(row)?.[1] ?? row
}
