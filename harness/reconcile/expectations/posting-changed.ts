import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), fields: z.array(z.string()).min(1), after: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'The ERP books an operation in another way.',
  args: Args,
  summary: ({ resource, fields, after }) => `${after} books ${fields.join(', ')} of ${resource} in another way`,
  explains: ({ finding }, { resource, fields, after }) =>
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    finding.stage === after &&
    finding.check.startsWith('stored-'),
  isExercised: (exercised, { resource }) => exercised(resource),
  suggest: ({ finding }) =>
    finding.check.startsWith('stored-') && !finding.stage.includes(',') && finding.stage !== 'create'
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], after: finding.stage }
      : undefined,
})
