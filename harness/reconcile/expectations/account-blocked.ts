import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isBlocked } from '../blocking.ts'
import { ListArgs } from '../codes.ts'

const Args = z.strictObject({ ...ListArgs, accounts: z.array(z.string().min(1)).min(1) })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A GL account is closed for postings.',
  args: Args,
  example: {
    resource: 'accounts',
    accounts: ['6540'],
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
    'refused-with': 'blocked-value /lines/*/account',
  },
  summary: ({ resource, accounts }) =>
    `${accounts.join(', ')} in ${resource} ${accounts.length === 1 ? 'is' : 'are'} closed for postings`,
  evidence: 'The candidate lists the account as closed, or refuses a document in a message that names it.',
  explains: (unjudged, { resource, accounts, 'used-in': usedIn = [], 'refused-with': refusedWith }) =>
    isBlocked(unjudged, { resource, values: accounts, usedIn, refusedWith }),
  isExercised: ({ names }, { resource, accounts }) => accounts.some((account) => names(resource, account)),
  // What is suggested for a blocked value says the same whatever the list codes.
  suggest: () => undefined,
})
