import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A search that asks for no order answers in another one.',
  args: Args,
  summary: ({ resource }) => `${resource} is listed in another order`,
  explains: ({ finding }, { resource }) => finding.check === 'lookup-order-changed' && finding.resource === resource,
  isExercised: (exercised, { resource }) => exercised(resource),
  suggest: ({ finding }) => (finding.check === 'lookup-order-changed' ? { resource: finding.resource } : undefined),
})
