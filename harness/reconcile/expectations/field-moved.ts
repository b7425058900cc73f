import { z } from 'zod'
import { defineExpectation, type UnjudgedFinding } from '../../ports/expectation.ts'
import { isFieldGone, isFieldNew, isOf, isRefusal, isStoredElsewhere, Place, RefusedWith } from '../announced.ts'

const Args = z
  .strictObject({ from: Place, to: Place, 'refused-with': RefusedWith })
  .refine(({ from, to }) => from.resource !== to.resource, {
    message: 'must be another resource; within one resource a field is renamed',
    path: ['to'],
  })

const ANY = { old: () => true, new: () => true }

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field belongs to another resource, such as to each line instead of to the document.',
  args: Args,
  example: {
    from: { resource: 'bill', field: 'costCenter' },
    to: { resource: 'bill.lines', field: 'costCenter' },
    'refused-with': 'additionalProperties /costCenter',
  },
  summary: ({ from, to }) => `${from.field} of ${from.resource} is ${to.field} of ${to.resource} now`,
  evidence:
    'The published schema has lost the field at the old place and got one at the new place. Only then is a value that is not stored at the old place any more a matter of the move.',
  explains: (unjudged, { from, to, 'refused-with': code }, all) =>
    isFieldGone(unjudged, from) ||
    isFieldNew(unjudged, to) ||
    (isOf(unjudged, ['field-moved'], from) && isProposal(unjudged, to)) ||
    isRefusal(unjudged, from.resource, code, [from.field]) ||
    isStoredElsewhere(unjudged, { from, to }, all, ANY),
  isExercised: ({ touches }, { from }) => touches(from.resource, from.field),
  suggest: ({ finding }) =>
    finding.check === 'field-moved'
      ? {
          from: { resource: finding.resource, field: finding.pointer.slice(1) },
          to: { resource: finding.args.target ?? '', field: finding.args.other ?? '' },
        }
      : undefined,
})

/** What the gate takes for the very same move; another new place for the field is another matter. */
function isProposal({ finding }: UnjudgedFinding, to: Place): boolean {
  return finding.args.target === to.resource && finding.args.other === to.field
}
