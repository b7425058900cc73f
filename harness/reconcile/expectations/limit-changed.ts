import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isPublished, isRefusal, RefusedWith, VALUE_CHECKS } from '../announced.ts'

const Keyword = z.enum([
  'maxLength',
  'minLength',
  'maximum',
  'minimum',
  'maxItems',
  'minItems',
  'multipleOf',
  'x-scale',
  'x-precision',
])
const Args = z
  .strictObject({
    resource: z.string(),
    field: z.string(),
    /** The keyword by which JSON Schema calls the limit; `x-scale` is digits after the point, `x-precision` digits in all. */
    limit: Keyword,
    /** null for no limit. */
    from: z.number().nullable(),
    to: z.number().nullable(),
    'refused-with': RefusedWith,
  })
  .refine(({ from, to }) => from !== to, { message: 'must be another limit', path: ['to'] })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field holds longer or shorter texts, larger or smaller numbers, more or fewer rows than before.',
  args: Args,
  example: {
    resource: 'bill',
    field: 'reference',
    limit: 'maxLength',
    from: 40,
    to: 20,
    'refused-with': 'maxLength /reference',
  },
  summary: ({ resource, field, limit, from, to }) =>
    `${limit} of ${field} of ${resource} is ${to ?? 'unlimited'} and was ${from ?? 'unlimited'}`,
  evidence:
    'The published schema says exactly the one limit before and exactly the other one now, or a request is refused with the announced code in a message that names the field. A value that is cut without a word is not explained.',
  explains: (unjudged, { resource, field, limit, from, to, 'refused-with': code }) => {
    if (isRefusal(unjudged, resource, code, [field])) return true
    if (!VALUE_CHECKS.includes(unjudged.finding.check) || !isAt(unjudged, { resource, field })) return false
    const [before, after] = [from, to].map((value) => (value === null ? null : String(value)))
    return unjudged.differences.every((difference) => isPublished(difference, limit, before ?? null, after ?? null))
  },
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    const limit = Keyword.safeParse(first?.published?.keyword)
    if (first === undefined || !limit.success || !VALUE_CHECKS.includes(finding.check)) return undefined
    const [from, to] = [first.baseline, first.candidate].map((text) => (text === null ? null : Number(text)))
    const isOne = differences.every((difference) =>
      isPublished(difference, limit.data, first.baseline, first.candidate),
    )
    if (!isOne || from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) return undefined
    return { resource: finding.resource, field: finding.pointer.slice(1), limit: limit.data, from, to }
  },
})
