import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), values: z.array(z.string().min(1)).min(1) })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value list has more values.',
  args: Args,
  example: { resource: 'costCenters', values: ['CC40', 'CC41'] },
  summary: ({ resource, values }) => `${values.join(', ')} in ${resource} ${values.length === 1 ? 'is' : 'are'} new`,
  evidence: 'The candidate lists the value and the baseline does not.',
  explains: ({ finding, differences }, { resource, values }) =>
    finding.check === 'value-added' &&
    finding.resource === resource &&
    differences.every(({ candidate }) => values.includes(candidate ?? '')),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding, differences }) =>
    finding.check === 'value-added'
      ? { resource: finding.resource, values: differences.map(({ candidate }) => candidate ?? '') }
      : undefined,
})
