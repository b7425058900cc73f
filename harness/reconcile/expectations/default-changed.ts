import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, VALUE_CHECKS } from '../announced.ts'

const Args = z
  .strictObject({
    resource: z.string(),
    field: z.string(),
    /** What is stored where nothing is sent; null for nothing. */
    from: z.string().nullable(),
    to: z.string().nullable(),
  })
  .refine(({ from, to }) => from !== to, { message: 'must be another value', path: ['to'] })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'What is not sent gets another value than before.',
  args: Args,
  example: { resource: 'bill', field: 'paymentMethod', from: 'transfer', to: 'direct-debit' },
  summary: ({ resource, field, from, to }) =>
    `${field} of ${resource} is ${to ?? 'nothing'} where nothing is sent, and was ${from ?? 'nothing'}`,
  evidence:
    'The published default is exactly the new one, or a document for which nothing was sent holds the new value where it held the old one. Where a value was sent, nothing is explained.',
  explains: (unjudged, { resource, field, from, to }) => {
    const { finding, differences } = unjudged
    if (!isAt(unjudged, { resource, field })) return false
    const isPair = (before: string | null, after: string | null) => before === from && after === to
    if (VALUE_CHECKS.includes(finding.check))
      return differences.every(
        ({ published, baseline, candidate }) =>
          published?.keyword === 'default' && isPair(plain(baseline), plain(candidate)),
      )
    return (
      finding.check.startsWith('stored-') &&
      differences.every(({ sent, baseline, candidate }) => sent === null && isPair(baseline, candidate))
    )
  },
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    const isOne = differences.every(
      ({ published, baseline, candidate }) =>
        published?.keyword === 'default' && baseline === first?.baseline && candidate === first.candidate,
    )
    if (first === undefined || !isOne || !VALUE_CHECKS.includes(finding.check)) return undefined
    const [from, to] = [plain(first.baseline), plain(first.candidate)]
    return from === to ? undefined : { resource: finding.resource, field: finding.pointer.slice(1), from, to }
  },
})

/** A published value as it would be stored: a text without its quotes, everything else as it is written. */
function plain(json: string | null): string | null {
  if (json === null || !/^".*"$/s.test(json)) return json
  const value: unknown = JSON.parse(json)
  return typeof value === 'string' ? value : json
}
