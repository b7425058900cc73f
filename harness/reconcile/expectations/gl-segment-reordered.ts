import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, type Recoding } from '../codes.ts'
import { recodingBy, SegmentArgs, segmentsOf } from '../segments.ts'

const Args = z.strictObject({
  ...ListArgs,
  separator: SegmentArgs.separator,
  /** Which old segment stands at each place now: `[1, 3, 2]` swaps the last two of three. */
  order: z
    .array(z.int().positive())
    .min(2)
    .refine((order) => order.toSorted((left, right) => left - right).every((place, index) => place === index + 1), {
      message: 'must name every segment once, from 1',
    })
    .refine((order) => order.some((place, index) => place !== index + 1), { message: 'must be another order' }),
})
type Args = z.infer<typeof Args>

export default defineExpectation<Args>({
  title: 'The segments of account combinations stand in another order.',
  args: Args,
  example: {
    resource: 'accounts',
    separator: '-',
    order: [1, 3, 2],
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
    'refused-with': 'unknown-value /lines/*/account',
  },
  summary: ({ resource, order }) => `the segments of ${resource} stand in the order ${order.join(', ')}`,
  evidence: 'The codes of the list are the old ones with their segments in exactly the announced order.',
  explains: explainsRecoding(recodingOf),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: () => undefined,
})

function recodingOf({ separator, order }: Args): Recoding {
  const becomes = (code: string): readonly string[] => {
    const segments = segmentsOf(code, separator)
    if (segments.length !== order.length) return []
    return [order.map((place) => segments[place - 1] ?? '').join(separator)]
  }
  return recodingBy(becomes)
}
