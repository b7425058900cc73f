import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isPublished, isRefusal, RefusedWith, VALUE_CHECKS } from '../announced.ts'

const Args = z
  .strictObject({
    resource: z.string(),
    field: z.string(),
    /** A type or format of JSON Schema (`string`, `date`), or the publisher's own name of a type. */
    from: z.string().min(1),
    to: z.string().min(1),
    'refused-with': RefusedWith,
  })
  .refine(({ from, to }) => from !== to, { message: 'must be another type', path: ['to'] })

/** Where schemas say what a value is. */
const KEYWORDS = ['type', 'format', 'x-erp-type']

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field holds another type of value.',
  args: Args,
  example: { resource: 'bill.lines', field: 'quantity', from: 'number', to: 'string' },
  summary: ({ resource, field, from, to }) => `${field} of ${resource} is ${to} and was ${from}`,
  evidence:
    'The published schema says exactly the one type or format before and exactly the other one now. A stored value that changed on the way is not explained by it.',
  explains: (unjudged, { resource, field, from, to, 'refused-with': code }) => {
    if (isRefusal(unjudged, resource, code, [field])) return true
    if (!VALUE_CHECKS.includes(unjudged.finding.check) || !isAt(unjudged, { resource, field })) return false
    const [before, after] = [JSON.stringify(from), JSON.stringify(to)]
    return unjudged.differences.every(
      (difference) =>
        KEYWORDS.some((keyword) => isPublished(difference, keyword, before, after)) ||
        // A format that is new, or gone, is the type it was given to or taken from.
        isPublished(difference, 'format', null, after) ||
        isPublished(difference, 'format', before, null),
    )
  },
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    if (first?.published?.keyword !== 'type' || !VALUE_CHECKS.includes(finding.check)) return undefined
    const [from, to] = [first.baseline, first.candidate].map((text): unknown => JSON.parse(text ?? 'null'))
    const isOne = differences.every(
      (difference) =>
        difference.published?.keyword === 'type' &&
        difference.baseline === first.baseline &&
        difference.candidate === first.candidate,
    )
    if (!isOne || typeof from !== 'string' || typeof to !== 'string') return undefined
    return { resource: finding.resource, field: finding.pointer.slice(1), from, to }
  },
})
