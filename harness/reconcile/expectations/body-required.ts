import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'An operation that could be called without a body must be given one.',
  args: Args,
  example: { resource: 'POST /bills/{id}/post' },
  summary: ({ resource }) => `${resource} must be given a body`,
  evidence: 'The published schema asks for a body. That a call without one is refused is not explained by it.',
  explains: ({ finding }, { resource }) => finding.check === 'body-required' && finding.resource === resource,
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding }) => (finding.check === 'body-required' ? { resource: finding.resource } : undefined),
})
