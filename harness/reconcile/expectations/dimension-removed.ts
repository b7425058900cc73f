import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isFieldGone, isRefusal, RefusedWith } from '../announced.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  /** The value list of the dimension, when it goes with it. */
  list: z.string().optional(),
  'refused-with': RefusedWith,
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A dimension is gone: documents can no longer name it, and what is sent to it is not stored.',
  args: Args,
  example: { resource: 'bill.lines', field: 'projectCode', list: 'projects' },
  summary: ({ resource, field }) => `the dimension ${field} of ${resource} is gone`,
  evidence:
    'The published schema has lost the field. Only then is a value that is not stored there any more a matter of the dimension; another value in its place never is.',
  explains: (unjudged, { resource, field, list, 'refused-with': code }, all) => {
    const { finding, differences } = unjudged
    const place = { resource, field }
    if (isFieldGone(unjudged, place) || isRefusal(unjudged, resource, code, [field])) return true
    if (list !== undefined && finding.resource === list)
      return finding.check === 'record-removed' || finding.check === 'value-removed'
    return (
      finding.check === 'stored-coding-changed' &&
      isAt(unjudged, place) &&
      all.some((other) => other.finding.check === 'field-removed' && isAt(other, place)) &&
      differences.every(({ baseline, candidate }) => baseline !== null && candidate === null)
    )
  },
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: () => undefined,
})
