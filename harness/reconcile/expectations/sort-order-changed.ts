import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A search that asks for no order answers in another one.',
  args: Args,
  example: { resource: 'account.period' },
  summary: ({ resource }) => `${resource} is listed in another order`,
  evidence: 'A look-up finds the same records in another order.',
  explains: ({ finding, differences }, { resource }) =>
    finding.check === 'lookup-order-changed' &&
    finding.resource === resource &&
    differences.every(({ kind }) => kind === 'reordered'),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding }) => (finding.check === 'lookup-order-changed' ? { resource: finding.resource } : undefined),
})
