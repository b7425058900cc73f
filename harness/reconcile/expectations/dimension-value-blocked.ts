import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isBlocked } from '../blocking.ts'
import { codeOf, ListArgs } from '../codes.ts'

const Args = z.strictObject({ ...ListArgs, values: z.array(z.string().min(1)).min(1) })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value of a dimension is closed: it is listed and can no longer be used.',
  args: Args,
  example: {
    resource: 'projects',
    values: ['P-2024-07'],
    'used-in': [{ resource: 'bill.lines', field: 'projectCode' }],
    'refused-with': 'blocked-value /lines/*/projectCode',
  },
  summary: ({ resource, values }) =>
    `${values.join(', ')} in ${resource} ${values.length === 1 ? 'is' : 'are'} blocked`,
  evidence: 'The candidate lists the value as closed, or refuses a document in a message that names it.',
  explains: (unjudged, { resource, values, 'used-in': usedIn = [], 'refused-with': refusedWith }) =>
    isBlocked(unjudged, { resource, values, usedIn, refusedWith }),
  isExercised: ({ names }, { resource, values }) => values.some((value) => names(resource, value)),
  suggest: ({ finding, differences }) =>
    finding.check === 'value-blocked' ? { resource: finding.resource, values: differences.map(codeOf) } : undefined,
})
