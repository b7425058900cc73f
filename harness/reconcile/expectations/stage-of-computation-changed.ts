import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), fields: z.array(z.string()).min(1), after: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value is computed at another stage of a document; at every other stage it is what it was.',
  args: Args,
  summary: ({ resource, fields, after }) => `${fields.join(', ')} of ${resource} are computed after ${after}`,
  explains: ({ finding }, { resource, fields, after }) =>
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    finding.stage === after &&
    finding.check.startsWith('stored-'),
  isExercised: (exercised, { resource }) => exercised(resource),
  suggest: ({ finding, differences }) =>
    finding.check.startsWith('stored-') && differences.every((difference) => difference.stage === 'create')
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], after: 'create' }
      : undefined,
})
