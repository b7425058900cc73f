import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isRefusedWith, RefusedWith } from '../announced.ts'

const Args = z.strictObject({
  /** Resource or operation, as the ERP's schema names it. */
  endpoint: z.string().min(1),
  'refused-with': RefusedWith,
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'An endpoint is gone, and nothing takes its place.',
  args: Args,
  example: { endpoint: 'GET /payment-terms', 'refused-with': 'http-410' },
  summary: ({ endpoint }) => `${endpoint} is retired`,
  evidence: 'The published schema has lost the endpoint, or it is refused with the announced code.',
  explains: (unjudged, { endpoint, 'refused-with': code }) =>
    unjudged.finding.check === 'record-removed'
      ? unjudged.finding.resource === endpoint
      : isRefusedWith(unjudged, endpoint, code),
  isExercised: ({ touches }, { endpoint }) => touches(endpoint),
  suggest: ({ finding }) => (finding.check === 'record-removed' ? { endpoint: finding.resource } : undefined),
})
