import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, recodingOf } from '../codes.ts'

const Args = z
  .strictObject({ ...ListArgs, values: z.array(z.string().min(1)).min(1), into: z.string().min(1) })
  .refine(({ values, into }) => !values.includes(into), {
    message: 'a value is not merged into itself',
    path: ['into'],
  })

const HOW = { into: 'any', isBlockedInstead: true } as const

export default defineExpectation<z.infer<typeof Args>>({
  title: 'Values of a dimension are merged into one.',
  args: Args,
  example: {
    resource: 'costCenters',
    values: ['CC31', 'CC32'],
    into: 'CC30',
    'used-in': [{ resource: 'bill.lines', field: 'costCenter' }],
  },
  summary: ({ resource, values, into }) =>
    `in ${resource}, ${values.join(', ')} ${values.length === 1 ? 'is' : 'are'} merged into ${into}`,
  evidence:
    'The merged code is gone or blocked while the one it is merged into is there, or a document holds the latter where it held the former.',
  explains: explainsRecoding((args) =>
    recodingOf(Object.fromEntries(args.values.map((value) => [value, args.into])), HOW),
  ),
  isExercised: ({ names }, { resource, values }) => values.some((value) => names(resource, value)),
  suggest: () => undefined,
})
