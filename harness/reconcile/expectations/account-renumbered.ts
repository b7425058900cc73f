import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, OneToOne, recodingOf } from '../codes.ts'

const Args = z.strictObject({ ...ListArgs, accounts: OneToOne })
const HOW = { into: 'new', isBlockedInstead: true } as const

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A GL account has another number and is the same account.',
  args: Args,
  example: {
    resource: 'accounts',
    accounts: { '6540': '6545' },
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
    'refused-with': 'unknown-value /lines/*/account',
  },
  summary: ({ resource, accounts }) =>
    `in ${resource}, ${Object.entries(accounts)
      .map(([from, to]) => `${from} becomes ${to}`)
      .join(', ')}`,
  evidence:
    'The old number is gone or closed and exactly the announced new one is new, or a document holds the announced new number where it held the old one.',
  explains: explainsRecoding((args) => recodingOf(args.accounts, HOW)),
  isExercised: ({ names }, { resource, accounts }) => Object.keys(accounts).some((account) => names(resource, account)),
  suggest: () => undefined,
})
