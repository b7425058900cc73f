import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isCoded } from '../announced.ts'

const Args = z
  .strictObject({ resource: z.string(), from: z.string().min(1), to: z.string().min(1) })
  .refine(({ from, to }) => from !== to, { message: 'must be another code', path: ['to'] })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'What was refused is refused with another code.',
  args: Args,
  example: { resource: 'bill', from: 'BILL_DUPLICATE', to: 'DUPLICATE_REFERENCE' },
  summary: ({ resource, from, to }) => `${resource} is refused with ${to} instead of ${from}`,
  evidence:
    'A request that was refused with the old code is refused with the new one. One that was accepted and is refused now, or the other way round, is not explained.',
  explains: ({ finding, differences }, { resource, from, to }) =>
    finding.check === 'refusal-changed' &&
    finding.resource === resource &&
    differences.every(({ baseline, candidate }) => isCoded(baseline, from) && isCoded(candidate, to)),
  // A recording that holds no such refusal shows nothing; it is met, or nobody knows.
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    const [from, to] = [first?.baseline, first?.candidate].map((text) => text?.split(':')[0] ?? '')
    const isOne = differences.every(
      ({ baseline, candidate }) => isCoded(baseline, from ?? '') && isCoded(candidate, to ?? ''),
    )
    if (finding.check !== 'refusal-changed' || !isOne || !from || !to || from === to) return undefined
    return { resource: finding.resource, from, to }
  },
})
