import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), code: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'The ERP asks for a confirmation that it did not ask for.',
  args: Args,
  example: { resource: 'account.invoice', code: 'UserWarning invoice_similar' },
  summary: ({ resource, code }) => `${resource} is stopped by ${code}`,
  evidence: 'An invoice that went through is stopped with exactly this code.',
  explains: ({ finding }, { resource, code }) =>
    finding.check === 'invoice-refused' && finding.resource === resource && finding.args.code === code,
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding }) =>
    finding.check === 'invoice-refused' && finding.args.code?.startsWith('UserWarning')
      ? { resource: finding.resource, code: finding.args.code }
      : undefined,
})
