import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, OneToOne, recodingOf } from '../codes.ts'

const Args = z.strictObject({ ...ListArgs, values: OneToOne })
const HOW = { into: 'new', isBlockedInstead: false } as const

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value of a dimension has another code and is the same value.',
  args: Args,
  example: {
    resource: 'costCenters',
    values: { D10: 'CC10', D20: 'CC20' },
    'used-in': [{ resource: 'bill.lines', field: 'costCenter' }],
    'refused-with': 'unknown-value /lines/*/costCenter',
  },
  summary: ({ resource, values }) =>
    `in ${resource}, ${Object.entries(values)
      .map(([from, to]) => `${from} becomes ${to}`)
      .join(', ')}`,
  evidence:
    'The old code is gone from the list and exactly the announced new one is new in it, or a document holds the announced new code where it held the old one.',
  explains: explainsRecoding((args) => recodingOf(args.values, HOW)),
  isExercised: ({ names }, { resource, values }) => Object.keys(values).some((value) => names(resource, value)),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    if (finding.check !== 'value-renamed' || first?.baseline == null || first.candidate == null) return undefined
    return { resource: finding.resource, values: { [first.baseline]: first.candidate } }
  },
})
