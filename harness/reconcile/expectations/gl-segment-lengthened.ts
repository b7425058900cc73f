import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, type Recoding } from '../codes.ts'
import { recodingBy, SegmentArgs, segmentsOf } from '../segments.ts'

const Args = z
  .strictObject({
    ...ListArgs,
    ...SegmentArgs,
    /** Characters of the segment before and now. */
    from: z.int().positive(),
    to: z.int().positive(),
    /** What old codes are filled up with, and on which side. */
    fill: z.string().length(1),
    side: z.enum(['left', 'right']),
  })
  .refine(({ from, to }) => to > from, { message: 'must be longer', path: ['to'] })
type Args = z.infer<typeof Args>

export default defineExpectation<Args>({
  title: 'A segment of account combinations is longer.',
  args: Args,
  example: {
    resource: 'accounts',
    separator: '-',
    position: 2,
    from: 4,
    to: 5,
    fill: '0',
    side: 'right',
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
    'refused-with': 'unknown-value /lines/*/account',
  },
  summary: ({ resource, position, from, to, fill, side }) =>
    `segment ${position} of ${resource} has ${to} characters instead of ${from}, filled up with ${fill} on the ${side}`,
  evidence:
    'The codes of the list are the old ones with the segment filled up as announced, and nothing else about them is different.',
  explains: explainsRecoding(recodingOf),
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: () => undefined,
})

function recodingOf({ separator, position, from, to, fill, side }: Args): Recoding {
  const becomes = (code: string): readonly string[] => {
    const segments = segmentsOf(code, separator)
    const segment = segments[position - 1]
    if (segment?.length !== from) return []
    const longer = side === 'left' ? segment.padStart(to, fill) : segment.padEnd(to, fill)
    return [segments.with(position - 1, longer).join(separator)]
  }
  return recodingBy(becomes)
}
