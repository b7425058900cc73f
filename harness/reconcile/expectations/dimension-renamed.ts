import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isFieldGone, isFieldNew, isRefusal, isStoredElsewhere } from '../announced.ts'
import { CodeTable, explainsRecoding, type ListArgs, recodingOf } from '../codes.ts'
import { once } from '../once.ts'

const Args = z
  .strictObject({
    /** The resource that holds the dimension, such as the lines of a document. */
    resource: z.string(),
    from: z.string().min(1),
    to: z.string().min(1),
    /** The value list of the dimension, where its codes change with the name. */
    list: z.string().optional(),
    /** What each old value is called now; several may become one. Without it the values stay as they are. */
    values: CodeTable.optional(),
    'refused-with': z.string().min(1).optional(),
  })
  .refine(({ from, to }) => from !== to, { message: 'must be another name', path: ['to'] })

type Args = z.infer<typeof Args>

/** What is announced of the value list, when it is named. */
const listed = once(({ resource, to, list, values, 'refused-with': code }: Args) =>
  list === undefined || values === undefined
    ? null
    : { resource: list, 'used-in': [{ resource, field: to }], 'refused-with': code, values },
)
const isRecoded = explainsRecoding(({ values }: ListArgs & Readonly<{ values: Record<string, string> }>) =>
  recodingOf(values, { into: 'any', isBlockedInstead: true }),
)

export default defineExpectation<Args>({
  title: 'A dimension has another name, and perhaps other values.',
  args: Args,
  example: {
    resource: 'bill.lines',
    from: 'department',
    to: 'costCenter',
    list: 'costCenters',
    values: { D10: 'CC10', D20: 'CC20', D21: 'CC20' },
    'refused-with': 'additionalProperties /lines/*/department',
  },
  summary: ({ resource, from, to, values }) =>
    `the dimension ${from} of ${resource} is called ${to}${
      values === undefined
        ? ''
        : `, with ${Object.entries(values)
            .map(([old, next]) => `${old} as ${next}`)
            .join(', ')}`
    }`,
  evidence:
    'The published schema has lost the old name and got the new one, and every value seen is one of the table: a value that the table does not hold, or that becomes another one than it says, is not explained.',
  explains: (unjudged, args, all) => {
    const { resource, from, to, values, 'refused-with': code } = args
    const places = { from: { resource, field: from }, to: { resource, field: to } }
    const list = listed(args, all)
    const isOld = (value: string) => values === undefined || values[value] !== undefined
    const isNew = (value: string) => values === undefined || Object.values(values).includes(value)
    return (
      isFieldGone(unjudged, places.from) ||
      isFieldNew(unjudged, places.to) ||
      isRefusal(unjudged, resource, code, [from]) ||
      isStoredElsewhere(unjudged, places, all, { old: isOld, new: isNew }) ||
      (list !== null && isRecoded(unjudged, list, all))
    )
  },
  isExercised: ({ touches }, { resource, from }) => touches(resource, from),
  suggest: () => undefined,
})
