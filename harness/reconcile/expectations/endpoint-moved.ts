import { z } from 'zod'
import { defineExpectation, type UnjudgedFinding } from '../../ports/expectation.ts'
import { isRefusedWith, RefusedWith } from '../announced.ts'

const Args = z
  .strictObject({
    /** Resource or operation, as the ERP's schema names it. */
    from: z.string().min(1),
    to: z.string().min(1),
    'refused-with': RefusedWith,
  })
  .refine(({ from, to }) => from !== to, { message: 'must be another endpoint', path: ['to'] })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'What an endpoint did is done by another one.',
  args: Args,
  example: { from: 'POST /bills/{billId}/approve', to: 'POST /bills/{billId}/approvals', 'refused-with': 'http-404' },
  summary: ({ from, to }) => `${to} does what ${from} did`,
  evidence:
    'The published schema has lost the old endpoint or got the new one, or the old one is refused with the announced code.',
  explains: (unjudged, { from, to, 'refused-with': code }) => {
    const { check, resource } = unjudged.finding
    if (check === 'record-removed') return resource === from
    if (check === 'record-added') return resource === to
    if (check === 'record-renamed') return resource === from && isProposal(unjudged, from, to)
    return isRefusedWith(unjudged, from, code)
  },
  isExercised: ({ touches }, { from }) => touches(from),
  suggest: ({ finding, differences: [first] }) =>
    finding.check === 'record-renamed' ? { from: first?.baseline ?? '', to: first?.candidate ?? '' } : undefined,
})

/** What the gate takes for the very same move; another new place for the endpoint is another matter. */
function isProposal({ differences }: UnjudgedFinding, from: string, to: string): boolean {
  return differences.every(({ baseline, candidate }) => baseline === from && candidate === to)
}
