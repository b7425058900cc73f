import { defineExpectation } from '../../ports/expectation.ts'
import { isFieldNew, Place } from '../announced.ts'

export default defineExpectation<Place>({
  title: 'A resource has a field more, which nobody has to send.',
  args: Place,
  example: { resource: 'bill', field: 'approvedBy' },
  summary: ({ resource, field }) => `${field} of ${resource} is new`,
  evidence: 'The published schema got the field. That it has to be sent is another announcement, field-required.',
  explains: isFieldNew,
  isExercised: ({ touches }, { resource }) => touches(resource),
  suggest: ({ finding }) =>
    finding.check === 'field-added' ? { resource: finding.resource, field: finding.pointer.slice(1) } : undefined,
})
