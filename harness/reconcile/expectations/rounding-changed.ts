import { z } from 'zod'
import { compareDecimals, distance, isDecimal, isMultipleOf } from '../../base/decimal.ts'
import type { Difference } from '../../model/difference.ts'
import { defineExpectation } from '../../ports/expectation.ts'

/** No currency rounds an invoice by more than this; a larger difference is another amount, whoever announces it. */
const LARGEST_UNIT = '5'

const Args = z.strictObject({
  resource: z.string(),
  fields: z.array(z.string()).min(1),
  /** The step to which the release rounds, in currency units: `0.01`, or `0.05` where cash is rounded. */
  unit: z
    .string()
    .refine((unit) => isDecimal(unit) && compareDecimals(unit, '0') > 0 && compareDecimals(unit, LARGEST_UNIT) <= 0, {
      message: `must be a decimal above 0 and no more than ${LARGEST_UNIT}, in quotes`,
    }),
})

const CHECKS = ['stored-amount-rounded', 'stored-amount-changed']

export default defineExpectation<z.infer<typeof Args>>({
  title: 'An amount is rounded to another step, or otherwise to the same one.',
  args: Args,
  example: { resource: 'bill.totals', fields: ['tax', 'gross'], unit: '0.01' },
  summary: ({ resource, fields, unit }) => `${fields.join(', ')} of ${resource} are rounded to ${unit}`,
  evidence:
    'The new amount is a whole number of units and the nearest or the next one to the old amount. An amount that is further away is not explained.',
  explains: ({ finding, differences }, { resource, fields, unit }) =>
    CHECKS.includes(finding.check) &&
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    differences.every((difference) => isRounded(difference, unit)),
  isExercised: ({ touches }, { resource, fields }) =>
    touches(resource) || fields.some((field) => touches(resource, field)),
  suggest: ({ finding, differences }) =>
    finding.check === 'stored-amount-rounded' && differences.every((difference) => isRounded(difference, '0.01'))
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], unit: '0.01' }
      : undefined,
})

/** Rounding moves an amount by less than a step, and by a whole step only where both are steps: one of them was rounded up. */
function isRounded({ baseline, candidate }: Difference, unit: string): boolean {
  if (baseline === null || candidate === null || !isDecimal(baseline) || !isDecimal(candidate)) return false
  if (!isMultipleOf(candidate, unit)) return false
  const moved = compareDecimals(distance(baseline, candidate), unit)
  return moved < 0 || (moved === 0 && isMultipleOf(baseline, unit))
}
