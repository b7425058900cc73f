import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isFieldGone, isRefusal, RefusedWith } from '../announced.ts'
import { explainsRecoding, ListArgs, type Recoding } from '../codes.ts'
import { recodingBy, SegmentArgs, withoutSegment } from '../segments.ts'

const InCodes = z.strictObject({ ...ListArgs, ...SegmentArgs })
const Args = z.union([
  /** The segment was a field of its own. */
  z.strictObject({ resource: z.string(), field: z.string(), 'refused-with': RefusedWith }),
  /** The segment was a part of the codes of a list of accounts. */
  InCodes,
])

const isRecoded = explainsRecoding(recodingOf)

export default defineExpectation<z.infer<typeof Args>>({
  title: 'Account combinations have one segment less.',
  args: Args,
  example: {
    resource: 'accounts',
    separator: '-',
    position: 3,
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
    'refused-with': 'unknown-value /lines/*/account',
  },
  summary: (args) =>
    'field' in args
      ? `the segment ${args.field} of ${args.resource} is gone`
      : `segment ${args.position} of ${args.resource} is gone`,
  evidence:
    'The published schema has lost the field, or the codes of the list are the old ones without the segment. What was stored in a field that is gone is not explained: somebody has to say what becomes of it.',
  explains: (unjudged, args, all) => {
    if (!('field' in args)) return isRecoded(unjudged, args, all)
    return isFieldGone(unjudged, args) || isRefusal(unjudged, args.resource, args['refused-with'], [args.field])
  },
  isExercised: ({ touches }, args) => ('field' in args ? touches(args.resource, args.field) : touches(args.resource)),
  suggest: () => undefined,
})

function recodingOf({ separator, position }: z.infer<typeof InCodes>): Recoding {
  const becomes = (code: string) =>
    [withoutSegment(code, separator, position)].filter((shorter) => shorter !== undefined)
  return recodingBy(becomes)
}
