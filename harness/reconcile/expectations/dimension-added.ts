import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isFieldNew, isStoredAsSent } from '../announced.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  /** The value list of the dimension, where the ERP publishes it as a resource of its own. */
  list: z.string().optional(),
  /** Its values, where documents are to hold one. */
  values: z.array(z.string().min(1)).optional(),
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'Documents may name one dimension more, and need not.',
  args: Args,
  example: { resource: 'bill.lines', field: 'fund', list: 'funds', values: ['F00', 'F10'] },
  summary: ({ resource, field, list }) =>
    `${field} of ${resource} is a new dimension${list === undefined ? '' : ` with the values of ${list}`}`,
  evidence:
    'The published schema got the field and its value list, and documents hold an announced value where it was sent and none where it was not. That it has to be sent is dimension-required.',
  explains: (unjudged, { resource, field, list, values }) => {
    const { finding, differences } = unjudged
    if (isFieldNew(unjudged, { resource, field })) return true
    if (finding.check === 'record-added') return list !== undefined && finding.resource === list
    return (
      finding.check === 'stored-coding-changed' &&
      isAt(unjudged, { resource, field }) &&
      differences.every((difference) => isStoredAsSent(difference, (value) => values?.includes(value) === true))
    )
  },
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: () => undefined,
})
