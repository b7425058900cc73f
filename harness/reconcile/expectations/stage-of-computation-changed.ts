import { z } from 'zod'
import { compareDecimals, isDecimal, minus } from '../../base/decimal.ts'
import type { Difference } from '../../model/difference.ts'
import { defineExpectation, type UnjudgedFinding } from '../../ports/expectation.ts'
import { once } from '../once.ts'

const Args = z.strictObject({ resource: z.string(), fields: z.array(z.string()).min(1), after: z.string() })

type Args = z.infer<typeof Args>

export default defineExpectation<Args>({
  title: 'A value is computed at another stage of a document; at every other stage it is what it was.',
  args: Args,
  example: { resource: 'account.invoice', fields: ['tax_amount', 'total_amount'], after: 'create' },
  summary: ({ resource, fields, after }) => `${fields.join(', ')} of ${resource} are computed after ${after}`,
  evidence:
    'After this operation, and no other, the field holds nothing or zero on one side, because it is not computed yet there, or differs from before by exactly such a field of the same record, as a total does.',
  explains: (unjudged, args, all) =>
    isOne(unjudged, args) &&
    unjudged.differences.every(
      (difference) =>
        isNotComputed(difference) ||
        (partsOf(args, all).get(recordOf(difference)) ?? []).some((part) => followsFrom(difference, part)),
    ),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding, differences }) =>
    finding.check.startsWith('stored-') &&
    differences.every((difference) => difference.stage === 'create' && isNotComputed(difference))
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], after: 'create' }
      : undefined,
})

function isOne({ finding }: UnjudgedFinding, { resource, fields, after }: Args): boolean {
  return (
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    finding.stage === after &&
    finding.check.startsWith('stored-')
  )
}

/** Values that are not computed on one side, by the record that holds them. */
const partsOf = once((args: Args, all): ReadonlyMap<string, readonly Difference[]> => {
  const parts = new Map<string, Difference[]>()
  for (const { differences } of all.filter((unjudged) => isOne(unjudged, args))) {
    for (const part of differences.filter(isNotComputed)) {
      const known = parts.get(recordOf(part))
      if (known === undefined) parts.set(recordOf(part), [part])
      else known.push(part)
    }
  }
  return parts
})

function recordOf({ invoices, at }: Difference): string {
  return JSON.stringify([invoices, at.slice(0, at.lastIndexOf('/'))])
}

/** A total of the same record that is different by the amount that is computed, or not yet, and by nothing else. */
function followsFrom(total: Difference, part: Difference): boolean {
  const amounts = [total.baseline, total.candidate, part.baseline ?? '0', part.candidate ?? '0']
  if (!amounts.every((amount) => amount !== null && isDecimal(amount))) return false
  const [before = '', after = '', less = '', more = ''] = amounts.map((amount) => amount ?? '')
  return compareDecimals(minus(after, before), minus(more, less)) === 0
}

/** On one side the value is not there yet: two amounts that are both computed and differ are no matter of the stage. */
function isNotComputed({ baseline, candidate }: Difference): boolean {
  return isBlank(baseline) !== isBlank(candidate)
}

function isBlank(text: string | null): boolean {
  return text === null || text === '""' || text === '[]' || /^-?0+(\.0+)?$/.test(text)
}
