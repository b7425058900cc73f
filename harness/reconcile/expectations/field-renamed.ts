import { z } from 'zod'
import { defineExpectation, type UnjudgedFinding } from '../../ports/expectation.ts'
import { isFieldGone, isFieldNew, isRefusal, isStoredElsewhere, RefusedWith } from '../announced.ts'

const Args = z
  .strictObject({ resource: z.string(), from: z.string().min(1), to: z.string().min(1), 'refused-with': RefusedWith })
  .refine(({ from, to }) => from !== to, { message: 'must be another name', path: ['to'] })

const ANY = { old: () => true, new: () => true }

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field of a resource has another name and means the same.',
  args: Args,
  example: {
    resource: 'bill.lines',
    from: 'projectCode',
    to: 'project',
    'refused-with': 'additionalProperties /lines/*/projectCode',
  },
  summary: ({ resource, from, to }) => `${from} of ${resource} is called ${to}`,
  evidence:
    'The published schema has lost the old name and got the new one. Only then is a value that is not stored under the old name any more a matter of the name.',
  explains: (unjudged, { resource, from, to, 'refused-with': code }, all) => {
    const places = { from: { resource, field: from }, to: { resource, field: to } }
    return (
      isFieldGone(unjudged, places.from) ||
      isFieldNew(unjudged, places.to) ||
      isProposal(unjudged, resource, from, to) ||
      isRefusal(unjudged, resource, code, [from]) ||
      isStoredElsewhere(unjudged, places, all, ANY)
    )
  },
  isExercised: ({ touches }, { resource, from }) => touches(resource, from),
  suggest: ({ finding, differences: [first] }) =>
    finding.check === 'field-renamed' && finding.messageId === 'field'
      ? { resource: finding.resource, from: first?.baseline ?? '', to: first?.candidate ?? '' }
      : undefined,
})

/** What the gate takes for the very same change of name; another new name for the field is another matter. */
function isProposal({ finding, differences }: UnjudgedFinding, resource: string, from: string, to: string): boolean {
  return (
    finding.check === 'field-renamed' &&
    finding.messageId === 'field' &&
    finding.resource === resource &&
    differences.every(({ baseline, candidate }) => baseline === from && candidate === to)
  )
}
