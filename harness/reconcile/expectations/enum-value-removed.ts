import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isOf, isRefusal, RefusedWith } from '../announced.ts'
import { listChangeOf } from '../enumerations.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  values: z.array(z.string().min(1)).min(1),
  'refused-with': RefusedWith,
})
const CHECKS = ['send-narrowed', 'read-narrowed']

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A selection has lost values.',
  args: Args,
  example: { resource: 'bill', field: 'paymentMethod', values: ['cheque'], 'refused-with': 'enum /paymentMethod' },
  summary: ({ resource, field, values }) => `${field} of ${resource} can no longer be ${values.join(', ')}`,
  evidence:
    'The published list of values lost exactly announced ones and got none, a search names one of them, or a request is refused with the announced code in a message that names the field.',
  explains: (unjudged, { resource, field, values, 'refused-with': code }) => {
    if (unjudged.finding.check === 'search-value-gone')
      return (
        isAt(unjudged, { resource, field }) &&
        unjudged.differences.every(({ baseline }) => values.includes(baseline ?? ''))
      )
    if (isRefusal(unjudged, resource, code, [field])) return true
    return (
      isOf(unjudged, CHECKS, { resource, field }) &&
      unjudged.differences.every((difference) => {
        const change = listChangeOf(difference)
        return change !== undefined && change.got.length === 0 && change.lost.every((value) => values.includes(value))
      })
    )
  },
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding, differences }) => {
    const changes = differences.map(listChangeOf)
    if (!CHECKS.includes(finding.check) || changes.some((change) => change === undefined)) return undefined
    const values = [...new Set(changes.flatMap((change) => change?.lost ?? []))]
    const isGainless = changes.every((change) => change?.got.length === 0)
    return isGainless && values.length > 0
      ? { resource: finding.resource, field: finding.pointer.slice(1), values }
      : undefined
  },
})
