import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'
import { isOf, isRefusal, REQUIRED, RefusedWith } from '../announced.ts'
import { codeOf } from '../codes.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  /** The listed values, such as accounts, that demand the dimension, and the field of the list that says so. */
  'demanded-by': z
    .strictObject({ resource: z.string(), field: z.string(), values: z.array(z.string().min(1)).min(1) })
    .optional(),
  'refused-with': RefusedWith,
})

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A dimension has to be named, by every document or by those that use certain accounts.',
  args: Args,
  example: {
    resource: 'bill.lines',
    field: 'costCenter',
    'demanded-by': { resource: 'accounts', field: 'costCenterRequired', values: ['5100', '5200'] },
    'refused-with': 'dimension-missing',
  },
  summary: ({ resource, field, 'demanded-by': demanded }) =>
    `${field} of ${resource} has to be named${demanded === undefined ? '' : ` with ${demanded.values.join(', ')}`}`,
  evidence:
    'The published schema requires the field, the announced accounts and no others demand it, or a document without it is refused with the announced code in a message that names it.',
  explains: (unjudged, { resource, field, 'demanded-by': demanded, 'refused-with': code }) => {
    if (isRefusal(unjudged, resource, code, [field])) return true
    if (demanded === undefined) return isOf(unjudged, REQUIRED, { resource, field })
    return (
      isOf(unjudged, ['value-required'], demanded) &&
      unjudged.differences.every((difference) => demanded.values.includes(codeOf(difference)))
    )
  },
  isExercised: ({ touches, names }, { resource, 'demanded-by': demanded }) =>
    demanded === undefined ? touches(resource) : demanded.values.some((value) => names(demanded.resource, value)),
  suggest: () => undefined,
})
