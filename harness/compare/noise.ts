import type { Difference, DifferenceClass, DifferenceKind } from '../model/difference.ts'
import type { Noise, NoiseRule, RefusedNoise } from '../model/noise.ts'

/** What is kept of a comparison once its noise is left out. */
export type Quiet = Readonly<{
  differences: readonly Difference[]
  /** How often each rule left something out, in the order of the rules. */
  counts: readonly number[]
}>

const NEVER: Readonly<Record<Exclude<DifferenceClass, 'text'>, string>> = {
  amount: 'money must never differ between two replays',
  rounding: 'money must never differ between two replays',
  coding: 'accounts, taxes, dimensions and dates decide where the cost goes',
  state: 'a state says whether the invoice is booked',
  identity: 'a reference is what duplicates are found by',
  structure: 'a schema is the same for every replay',
}

const NEVER_KINDS: Partial<Readonly<Record<DifferenceKind, string>>> = {
  absent: 'something that is there once and not the next time is a count that differs',
  extra: 'something that is there once and not the next time is a count that differs',
  refused: 'whether the ERP accepts an invoice is no noise',
  accepted: 'whether the ERP accepts an invoice is no noise',
  'changed-state': 'a state says whether the invoice is booked',
}

/** Why a place cannot be noise: money, coding, counts, states and everything wider than one field; `undefined` when it can. */
export function whyNeverNoise(rule: Pick<NoiseRule, 'pointer' | 'kind'>, meaning: DifferenceClass): string | undefined {
  if (!/^\/[^/*]+$/.test(rule.pointer)) return 'a whole record or list would be left out, and everything in it'
  return NEVER_KINDS[rule.kind] ?? (meaning === 'text' ? undefined : NEVER[meaning])
}

/** The same for something that was seen, which can also be that one record of the document is tied to another one. */
function whyNotLeftOut(difference: Difference): string | undefined {
  const isTie = [difference.baseline, difference.candidate].some(
    (text) => text !== null && /^([\w.]+ )?@[\w/]+$/.test(text),
  )
  return (
    whyNeverNoise(difference, difference.class) ?? (isTie ? 'it ties one record of the document to another' : undefined)
  )
}

/** Turns what differs between two replays against the same release into rules, and says what is no noise and why. */
export function learnNoise(differences: readonly Difference[], invoices: number): Noise {
  const places = new Map<string, Difference[]>()
  for (const difference of differences) {
    const key = keyOf(difference)
    const seen = places.get(key)
    if (seen === undefined) places.set(key, [difference])
    else seen.push(difference)
  }
  const noise: NoiseRule[] = []
  const refused: RefusedNoise[] = []
  for (const [, seen] of [...places].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const [first] = seen
    if (first === undefined) continue
    const { resource, pointer, kind } = first
    const because = seen.map((difference) => whyNotLeftOut(difference)).find((why) => why !== undefined)
    const touched = new Set(seen.flatMap((difference) => difference.invoices)).size
    if (because !== undefined) refused.push({ resource, pointer, kind, seen: seen.length, because })
    else {
      noise.push({
        resource,
        pointer,
        kind,
        reason: `Two replays against the same release differ here on ${touched} of ${invoices} invoices, such as ${first.baseline ?? 'nothing'} and ${first.candidate ?? 'nothing'}.`,
      })
    }
  }
  return { noise, refused }
}

/** Leaves out what the rules say is noise; a class that can never be noise is kept, whatever a rule says. */
export function withoutNoise(differences: readonly Difference[], rules: readonly NoiseRule[]): Quiet {
  if (rules.length === 0) return { differences, counts: [] }
  const counts = rules.map(() => 0)
  const places = new Map(rules.map((rule, index) => [keyOf(rule), index]))
  const kept = differences.filter((difference) => {
    const index = places.get(keyOf(difference))
    if (index === undefined || whyNotLeftOut(difference) !== undefined) return true
    counts[index] = (counts[index] ?? 0) + 1
    return false
  })
  return { differences: kept, counts }
}

function keyOf({ resource, pointer, kind }: Pick<NoiseRule, 'resource' | 'pointer' | 'kind'>): string {
  return JSON.stringify([resource, pointer, kind])
}
