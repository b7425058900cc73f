import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), values: z.array(z.string()).min(1) })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value list has more values.',
  args: Args,
  summary: ({ resource, values }) => `${values.join(', ')} in ${resource} are new`,
  explains: ({ finding }, { resource, values }) =>
    finding.check === 'value-added' && finding.resource === resource && values.includes(finding.args.value ?? ''),
  isExercised: (exercised, { resource }) => exercised(resource),
  suggest: ({ finding }) =>
    finding.check === 'value-added' ? { resource: finding.resource, values: [finding.args.value ?? ''] } : undefined,
})
