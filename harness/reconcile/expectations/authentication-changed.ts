import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isRefusedWith } from '../announced.ts'

const Args = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  /** Resource and code of the refusal by which a request that is authorized the old way is known. */
  refused: z.strictObject({ resource: z.string(), code: z.string().min(1) }).optional(),
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'Requests are authorized in another way, or need another permission.',
  args: Args,
  example: {
    from: 'scope bills.write',
    to: 'scopes bills.write and bills.approve',
    refused: { resource: 'bill', code: 'scope-missing' },
  },
  summary: ({ from, to }) => `requests need ${to} instead of ${from}`,
  evidence:
    'A request that is authorized the old way is refused with the announced code. A login that fails ends the run undecided, and proves nothing: without a code it stays untested until somebody has logged in the new way.',
  explains: (unjudged, { refused }) => refused !== undefined && isRefusedWith(unjudged, refused.resource, refused.code),
  isExercised: ({ touches }, { refused }) => refused !== undefined && touches(refused.resource),
  suggest: () => undefined,
})
