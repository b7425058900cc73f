import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({
  resource: z.string(),
  fields: z.array(z.string()).min(1),
  after: z.string().refine((after) => after !== 'create', { message: 'a document that is created is not booked yet' }),
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'The ERP books an operation in another way.',
  args: Args,
  example: { resource: 'analytic_account.line', fields: ['debit', 'credit'], after: 'cancel' },
  summary: ({ resource, fields, after }) => `${after} books ${fields.join(', ')} of ${resource} in another way`,
  evidence: 'After this operation, and no other, one of the fields holds another value.',
  explains: ({ finding }, { resource, fields, after }) =>
    finding.resource === resource &&
    fields.includes(finding.pointer.slice(1)) &&
    finding.stage === after &&
    finding.check.startsWith('stored-'),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding }) =>
    finding.check.startsWith('stored-') && !finding.stage.includes(',') && finding.stage !== 'create'
      ? { resource: finding.resource, fields: [finding.pointer.slice(1)], after: finding.stage }
      : undefined,
})
