import { z } from 'zod'
import { shapeOf } from '../base/shape.ts'
import type { Difference } from '../model/difference.ts'
import type { UnjudgedFinding } from '../ports/expectation.ts'
import { isAt, isOf, isRefusal, Place } from './announced.ts'
import { once } from './once.ts'

/** Arguments about the codes of one value list. */
export const ListArgs = {
  /** The value list, by the ERP's resource name. */
  resource: z.string(),
  /** Fields of documents that hold its codes. */
  'used-in': z.array(Place).optional(),
  'refused-with': z.string().min(1).optional(),
}
export type ListArgs = Readonly<{
  resource: string
  'used-in'?: readonly Place[] | undefined
  'refused-with'?: string | undefined
}>

/** How codes of a list change. */
export type Recoding = Readonly<{
  /** What an old code can become; nothing when it stays. */
  becomes: (code: string) => readonly string[]
  /** Whether what an old code becomes has to be new in the list, or may have been there before. */
  into: 'new' | 'any'
  /** Whether the old code may stay in the list, blocked, instead of being gone. */
  isBlockedInstead: boolean
  /** Whether it is about how codes are built, so that forms of codes become others as codes do: `9` is any digit, `A` any letter. */
  isOfForms: boolean
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
  return {
    becomes: (code) => [to.get(code)].filter((known) => known !== undefined),
    ...how,
    isOfForms: false,
    old: [...to.keys()],
  }
}

/** Whether a finding is what an announced recoding does and nothing else. */
export function explainsRecoding<Args extends ListArgs>(
  recodingFor: (args: Args) => Recoding,
): (unjudged: UnjudgedFinding, args: Args, all: readonly UnjudgedFinding[]) => boolean {
  const factsOf = once((args: Args, all) => recodedIn(args, recodingFor(args), all))
  return (unjudged, args, all) => isRecoded(unjudged, args, factsOf(args, all))
}

/** A recoding, and what was found in its list. */
type Recoded = Readonly<{
  recoding: Recoding
  /** Whether what an old code becomes is in the list of the candidate and usable, as far as what was found tells. */
  isKept: (code: string | null) => boolean
  isNew: (code: string | null) => boolean
  /** Old codes that a refusal may name. */
  words: readonly string[]
}>

function recodedIn({ resource }: ListArgs, recoding: Recoding, all: readonly UnjudgedFinding[]): Recoded {
  const { becomes, into, old } = recoding
  const codesOf = (...checks: readonly string[]) =>
    all
      .filter(({ finding }) => finding.resource === resource && checks.includes(finding.check))
      .flatMap(({ differences }) => differences.map(codeOf))
  const gone = codesOf('value-removed')
  const [added, unusable] = [new Set(codesOf('value-added')), new Set(codesOf('value-removed', 'value-blocked'))]
  // An account is new because one that is gone, or was closed for it, becomes it.
  const next = new Set([...old, ...unusable].flatMap(becomes))
  const isThere = (code: string) => (into === 'new' ? added.has(code) : !unusable.has(code))
  const isKept = (code: string | null) => becomes(code ?? '').some(isThere)
  return {
    recoding,
    isKept,
    isNew: (code) => next.has(code ?? ''),
    words: [...new Set([...old, ...gone.filter(isKept)])],
  }
}

/**
 * An old code is gone and what it becomes is there, the new code is new, a document holds the new code where it held the old
 * one, a look-up answers it, or the ERP refuses the old one.
 */
function isRecoded(
  unjudged: UnjudgedFinding,
  { resource, 'used-in': usedIn = [], 'refused-with': code }: ListArgs,
  { recoding, isKept, isNew, words }: Recoded,
): boolean {
  const { finding, differences } = unjudged
  const { becomes, isBlockedInstead, isOfForms } = recoding
  const isPair = (before: string | null, after: string | null) =>
    before !== null && after !== null && becomes(before).includes(after)
  const owners = [resource, ...usedIn.map((place) => place.resource)]
  if (owners.some((owner) => isRefusal(unjudged, owner, code, words))) return true
  if (usedIn.some((place) => isOf(unjudged, ['stored-coding-changed'], place)))
    return differences.every(({ baseline, candidate }) => isPair(baseline, candidate))
  if (finding.resource !== resource) return false
  switch (finding.check) {
    case 'value-removed':
    case 'combination-invalid':
      return differences.every(({ baseline }) => isKept(baseline))
    case 'value-blocked':
      return isBlockedInstead && differences.every((difference) => isKept(codeOf(difference)))
    case 'value-added':
      return differences.every(({ candidate }) => isNew(candidate))
    case 'value-format-changed':
      return isOfForms && differences.every(({ baseline, candidate }) => isForm(becomes, baseline, candidate))
    case 'value-renamed':
      return differences.every(({ baseline, candidate }) => isPair(baseline, candidate))
    case 'lookup-value-changed':
      return (
        isAt(unjudged, { resource, field: 'found' }) &&
        differences.every(({ baseline, candidate }) => isPair(idOf(baseline), idOf(candidate)))
      )
    case 'lookup-value-lost':
      return differences.every(({ baseline }) => isKept(idOf(baseline)))
    case 'lookup-value-gained':
      return differences.every(({ candidate }) => isNew(idOf(candidate)))
    default:
      return false
  }
}

/** Whether codes of the one form become codes of the other. */
function isForm(becomes: Recoding['becomes'], before: string | null, after: string | null): boolean {
  const forms: readonly (string | null)[] = becomes(before ?? '').map(shapeOf)
  return forms.includes(after)
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
