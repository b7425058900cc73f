import { z } from 'zod'
import { defineExpectation, type UnjudgedFinding } from '../../ports/expectation.ts'
import { isAt, isOf, isPublished, isRefusal, REQUIRED, RefusedWith } from '../announced.ts'

const Args = z.strictObject({ resource: z.string(), field: z.string(), 'refused-with': RefusedWith })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field has to be sent, and has to hold a value.',
  args: Args,
  example: { resource: 'bill', field: 'paymentTermsId', 'refused-with': 'required /paymentTermsId' },
  summary: ({ resource, field }) => `${field} of ${resource} has to be sent`,
  evidence:
    'The published schema requires the field, or takes no empty value for it any more, or a request without it is refused with the announced code in a message that names it.',
  explains: (unjudged, { resource, field, 'refused-with': code }) =>
    isOf(unjudged, REQUIRED, { resource, field }) ||
    (isNoLongerEmpty(unjudged) && isAt(unjudged, { resource, field })) ||
    isRefusal(unjudged, resource, code, [field]),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: (unjudged) => {
    const { check, resource, pointer } = unjudged.finding
    return check === 'field-required' || isNoLongerEmpty(unjudged) ? { resource, field: pointer.slice(1) } : undefined
  },
})

/** Whether a field that is sent may no longer hold nothing. */
function isNoLongerEmpty({ finding, differences }: UnjudgedFinding): boolean {
  return (
    finding.check === 'send-narrowed' &&
    differences.every((difference) => isPublished(difference, 'null', 'true', 'false'))
  )
}
