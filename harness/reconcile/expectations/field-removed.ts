import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isFieldGone, isRefusal, RefusedWith, readOf } from '../announced.ts'

const Args = z.strictObject({ resource: z.string(), field: z.string(), 'refused-with': RefusedWith })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field of a resource is gone: it can be neither read nor sent.',
  args: Args,
  example: { resource: 'account.invoice', field: 'currency_digits' },
  summary: ({ resource, field }) => `${field} of ${resource} is removed`,
  evidence: 'The published schema has lost the field, or a request that names it is refused for that reason.',
  explains: (unjudged, { resource, field, 'refused-with': code }) =>
    isFieldGone(unjudged, { resource, field }) || isRefusal(unjudged, resource, code, [field]),
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: (unjudged) => {
    const { finding } = unjudged
    const read = readOf(unjudged)
    if (finding.check === 'read-refused' && read !== undefined) return { resource: finding.resource, field: read }
    return finding.check === 'field-removed'
      ? { resource: finding.resource, field: finding.pointer.slice(1) }
      : undefined
  },
})
