import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { explainsRecoding, ListArgs, type Recoding } from '../codes.ts'

const Args = z
  .strictObject({ ...ListArgs, account: z.string().min(1), into: z.array(z.string().min(1)).min(2) })
  .refine(({ account, into }) => !into.includes(account) && new Set(into).size === into.length, {
    message: 'must be other accounts, each once',
    path: ['into'],
  })

type Args = z.infer<typeof Args>

export default defineExpectation<Args>({
  title: 'Several GL accounts take the place of one.',
  args: Args,
  example: {
    resource: 'accounts',
    account: '6540',
    into: ['6541', '6542'],
    'used-in': [{ resource: 'bill.lines', field: 'account' }],
  },
  summary: ({ resource, account, into }) => `in ${resource}, ${account} is split into ${into.join(', ')}`,
  evidence:
    'The old account is gone or closed while new ones of the announced are there, or a document holds one of these where it held the old one. Which of them is right for a document is for finance to say.',
  explains: explainsRecoding(splitting),
  isExercised: ({ names }, { resource, account }) => names(resource, account),
  suggest: () => undefined,
})

function splitting({ account, into }: Args): Recoding {
  return {
    becomes: (code) => (code === account ? into : []),
    into: 'new',
    isBlockedInstead: true,
    isOfForms: false,
    old: [account],
  }
}
