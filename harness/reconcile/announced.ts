import { z } from 'zod'
import type { Difference } from '../model/difference.ts'
import type { UnjudgedFinding } from '../ports/expectation.ts'

/** A field of a resource, both in the ERP's own spelling. */
export const Place = z.strictObject({ resource: z.string(), field: z.string() })
export type Place = z.infer<typeof Place>

/**
 * The code with which this ERP refuses what the announcement breaks. Without it no refusal is explained: what a refusal is
 * about is known by its code and by what its message names, and never guessed from the time at which it came.
 */
export const RefusedWith = z.string().min(1).optional()

/** Checks that object to a field which has to be sent: to who does not send it, and to a mapping that does not feed it. */
export const REQUIRED = ['field-required', 'required-field-unmapped']

/** Whether a finding is about a field of a resource. */
export function isAt({ finding }: UnjudgedFinding, { resource, field }: Place): boolean {
  return finding.resource === resource && finding.pointer === `/${field}`
}

/** Whether one of these checks objects at the place. */
export function isOf(unjudged: UnjudgedFinding, checks: readonly string[], place: Place): boolean {
  return checks.includes(unjudged.finding.check) && isAt(unjudged, place)
}

/** Whether a text holds a name as a whole word: `D10` is in `unknown department D10` and not in `D100` or `D10-A`. */
export function holdsWord(text: string | null, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}_-])${escaped}(?![\\p{L}\\p{N}_-])`, 'u').test(text ?? '')
}

/**
 * Whether an operation is refused with the announced code and, each time, in a message that names one of these words: the
 * field or the value that the announcement is about. The operation is on the resource or on the document that holds it.
 */
export function isRefusal(
  { finding, differences }: UnjudgedFinding,
  resource: string,
  code: string | undefined,
  words: readonly string[],
): boolean {
  if (code === undefined || !['invoice-refused', 'read-refused'].includes(finding.check)) return false
  if (!isWithin(resource, finding.resource)) return false
  return differences.every(({ kind, candidate }) => {
    return kind === 'refused' && isCoded(candidate, code) && words.some((word) => holdsWord(candidate, word))
  })
}

/** Whether a resource is another one or a part of it, such as the lines of a document. */
export function isWithin(resource: string, whole: string): boolean {
  return resource === whole || resource.startsWith(`${whole}.`)
}

/** Whether the published schema has lost a field, or a read that names it is refused because of that. */
export function isFieldGone(unjudged: UnjudgedFinding, place: Place): boolean {
  const { finding } = unjudged
  if (['field-removed', 'mapped-field-removed'].includes(finding.check)) return isAt(unjudged, place)
  return finding.resource === place.resource && finding.check === 'read-refused' && readOf(unjudged) === place.field
}

/** The field that a refused read names as missing. */
export function readOf({ finding }: UnjudgedFinding): string | undefined {
  return /^KeyError: (\w+)$/.exec(finding.args.why ?? '')?.[1]
}

/** Whether the published schema got a field, as one that may be sent or read. */
export function isFieldNew(unjudged: UnjudgedFinding, place: Place): boolean {
  return isOf(unjudged, ['field-added'], place)
}

/**
 * What a field that has another place does to stored documents: what was stored at the old place is there no more,
 * whether it was sent or filled in, and what is sent to the new one stands there. `isAnnounced` judges the value. A value is only lost because of the move where
 * the schema has lost the old place and got the new one: anywhere else it is lost, and nobody announced that.
 */
export function isStoredElsewhere(
  unjudged: UnjudgedFinding,
  { from, to }: Readonly<{ from: Place; to: Place }>,
  all: readonly UnjudgedFinding[],
  isAnnounced: Readonly<{ old: (value: string) => boolean; new: (value: string) => boolean }>,
): boolean {
  const { finding, differences } = unjudged
  if (!finding.check.startsWith('stored-')) return false
  const isMoved =
    all.some((other) => other.finding.check === 'field-removed' && isAt(other, from)) &&
    all.some((other) => isFieldNew(other, to))
  if (!isMoved) return false
  if (isAt(unjudged, from)) {
    return differences.every(
      ({ baseline, candidate }) => baseline !== null && candidate === null && isAnnounced.old(baseline),
    )
  }
  return isAt(unjudged, to) && differences.every((difference) => isStoredAsSent(difference, isAnnounced.new))
}

/** Nothing was there; now stands what was sent, and it is a value that was announced. */
export function isStoredAsSent(
  { baseline, candidate, sent }: Difference,
  isAnnounced: (value: string) => boolean,
): boolean {
  return baseline === null && candidate !== null && candidate === sent && isAnnounced(candidate)
}

/** Whether a difference is a change of one keyword of the published schema, from one value to the other in canonical JSON. */
export function isPublished(
  { published, baseline, candidate }: Difference,
  keyword: string,
  from: string | null,
  to: string | null,
): boolean {
  return published?.keyword === keyword && baseline === from && candidate === to
}

/** Whether an operation on exactly this resource is refused with the announced code, whatever its message says. */
export function isRefusedWith(
  { finding, differences }: UnjudgedFinding,
  resource: string,
  code: string | undefined,
): boolean {
  if (code === undefined || finding.resource !== resource) return false
  if (!['invoice-refused', 'read-refused'].includes(finding.check)) return false
  return differences.every((difference) => difference.kind === 'refused' && isCoded(difference.candidate, code))
}

/** Whether a refusal is told with a code; after it stands the message. */
export function isCoded(refusal: string | null, code: string): boolean {
  return refusal === code || refusal?.startsWith(`${code}: `) === true
}

/** Checks that object to what the published schema allows for a value. */
export const VALUE_CHECKS = ['send-narrowed', 'send-widened', 'read-narrowed', 'read-widened', 'rule-changed']
