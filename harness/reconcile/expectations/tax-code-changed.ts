import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { codeOf, explainsRecoding, ListArgs, OneToOne, recodingOf } from '../codes.ts'

const Renamed = z.strictObject({ ...ListArgs, codes: OneToOne })
const Args = z.union([
  /** A tax code has another name. */
  Renamed,
  /** A tax code keeps its name and changes, such as its rate. */
  z
    .strictObject({
      resource: z.string(),
      code: z.string().min(1),
      field: z.string(),
      from: z.string(),
      to: z.string(),
    })
    .refine(({ from, to }) => from !== to, { message: 'must be another value', path: ['to'] }),
])
const isRecoded = explainsRecoding(({ codes }: z.infer<typeof Renamed>) =>
  recodingOf(codes, { into: 'new', isBlockedInstead: true }),
)

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A tax code has another name, or another rate under the same name.',
  args: Args,
  example: { resource: 'taxCodes', code: 'V12', field: 'rate', from: '12', to: '11.5' },
  summary: (args) =>
    'codes' in args
      ? `in ${args.resource}, ${Object.entries(args.codes)
          .map(([from, to]) => `${from} becomes ${to}`)
          .join(', ')}`
      : `${args.field} of ${args.code} in ${args.resource} is ${args.to} and was ${args.from}`,
  evidence:
    'The list holds the announced code or value where it held the old one. Amounts that follow from a rate are not explained: somebody has to look at them.',
  explains: (unjudged, args, all) => {
    if ('codes' in args) return isRecoded(unjudged, args, all)
    const { finding, differences } = unjudged
    return (
      finding.check === 'value-altered' &&
      finding.resource === args.resource &&
      finding.pointer === `/${args.field}` &&
      differences.every(
        (difference) =>
          codeOf(difference) === args.code && difference.baseline === args.from && difference.candidate === args.to,
      )
    )
  },
  isExercised: ({ names }, args) =>
    ('codes' in args ? Object.keys(args.codes) : [args.code]).some((code) => names(args.resource, code)),
  suggest: () => undefined,
})
