import { z } from 'zod'
import type { Difference } from '../../model/difference.ts'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), fields: z.array(z.string()).min(1), after: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value is computed at another stage of a document; at every other stage it is what it was.',
  args: Args,
  example: { resource: 'account.invoice', fields: ['tax_amount', 'total_amount'], after: 'create' },
  summary: ({ resource, fields, after }) => `${fields.join(', ')} of ${resource} are computed after ${after}`,
  evidence:
    'After this operation, and no other, the field holds nothing or zero on one side: it is not computed yet there.',
  explains: ({ finding, differences }, { resource, fields, after }) =>
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    finding.stage === after &&
    finding.check.startsWith('stored-') &&
    differences.every(isNotComputed),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding, differences }) =>
    finding.check.startsWith('stored-') &&
    differences.every((difference) => difference.stage === 'create' && isNotComputed(difference))
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], after: 'create' }
      : undefined,
})

/** On one side the value is not there yet: two amounts that are both computed and differ are no matter of the stage. */
function isNotComputed({ baseline, candidate }: Difference): boolean {
  return isBlank(baseline) !== isBlank(candidate)
}

function isBlank(text: string | null): boolean {
  return text === null || text === '""' || text === '[]' || /^-?0+(\.0+)?$/.test(text)
}
