import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isFieldNew, isOf, isRefusal, isStoredAsSent, REQUIRED, RefusedWith } from '../announced.ts'
import { explainsRecoding, ListArgs, type Recoding } from '../codes.ts'
import { recodingBy, SegmentArgs, withSegment } from '../segments.ts'

const Values = {
  /** The values that the segment may have. */
  values: z.array(z.string().min(1)).min(1),
  /** What the ERP fills in where nothing is said; without it every posting has to name one. */
  default: z.string().min(1).optional(),
}

const InCodes = z.strictObject({ ...ListArgs, ...SegmentArgs, ...Values })
const Args = z
  .union([
    /** The segment is a field of its own. */
    z.strictObject({ resource: z.string(), field: z.string(), ...Values, 'refused-with': RefusedWith }),
    /** The segment is a part of the codes of a list of accounts. */
    InCodes,
  ])
  .refine((args) => args.default === undefined || args.values.includes(args.default), {
    message: 'must be one of the values',
    path: ['default'],
  })

const isRecoded = explainsRecoding(recodingOf)

export default defineExpectation<z.infer<typeof Args>>({
  title: 'Account combinations have one segment more.',
  args: Args,
  example: {
    resource: 'bill.lines',
    field: 'fund',
    values: ['F00', 'F10', 'F20'],
    'refused-with': 'required /lines/*/fund',
  },
  summary: (args) => {
    const where = 'field' in args ? `${args.field} of ${args.resource}` : `segment ${args.position} of ${args.resource}`
    const filled = args.default === undefined ? 'every posting has to name it' : `${args.default} where none is named`
    return `${where} is a new segment: ${args.values.join(', ')}; ${filled}`
  },
  evidence:
    'The schema publishes the field, or the codes of the list are the old ones with one more segment; and every value seen in it is an announced one.',
  explains: (unjudged, args, all) => {
    if (!('field' in args)) return isRecoded(unjudged, args, all)
    const { values, 'refused-with': code } = args
    const { differences } = unjudged
    if (isFieldNew(unjudged, args)) return true
    // With a default nobody has to send it: that it is required all the same was not announced.
    if (args.default === undefined && isOf(unjudged, REQUIRED, args)) return true
    if (args.default === undefined && isRefusal(unjudged, args.resource, code, [args.field])) return true
    return (
      unjudged.finding.check === 'stored-coding-changed' &&
      isAt(unjudged, args) &&
      differences.every(
        (difference) =>
          isStoredAsSent(difference, (value) => values.includes(value)) ||
          (args.default !== undefined &&
            difference.baseline === null &&
            difference.sent === null &&
            difference.candidate === args.default),
      )
    )
  },
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: () => undefined,
})

function recodingOf({ separator, position, values }: z.infer<typeof InCodes>): Recoding {
  return recodingBy((code) =>
    values.map((value) => withSegment(code, separator, position, value)).filter((next) => next !== code),
  )
}
