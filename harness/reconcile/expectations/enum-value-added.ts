import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isOf } from '../announced.ts'
import { listChangeOf } from '../enumerations.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  values: z.array(z.string().min(1)).min(1),
})
const CHECKS = ['send-widened', 'read-widened']

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A selection has more values.',
  args: Args,
  example: { resource: 'bill', field: 'status', values: ['on-hold'] },
  summary: ({ resource, field, values }) => `${field} of ${resource} may be ${values.join(', ')}`,
  evidence:
    'The published list of values got exactly announced ones and lost none. That documents hold one is another matter.',
  explains: (unjudged, { resource, field, values }) =>
    isOf(unjudged, CHECKS, { resource, field }) &&
    unjudged.differences.every((difference) => {
      const change = listChangeOf(difference)
      return change !== undefined && change.lost.length === 0 && change.got.every((value) => values.includes(value))
    }),
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding, differences }) => {
    const changes = differences.map(listChangeOf)
    if (!CHECKS.includes(finding.check) || changes.some((change) => change === undefined)) return undefined
    const values = [...new Set(changes.flatMap((change) => change?.got ?? []))]
    const isLossless = changes.every((change) => change?.lost.length === 0)
    return isLossless && values.length > 0
      ? { resource: finding.resource, field: finding.pointer.slice(1), values }
      : undefined
  },
})
