import { z } from 'zod'
import { Direction } from '../../model/structure.ts'
import { defineExpectation } from '../../ports/expectation.ts'
import { isAt, isOf, isPublished } from '../announced.ts'

const Args = z.strictObject({
  resource: z.string(),
  field: z.string(),
  /** `send`: it may be left out of a request; `read`: it may be missing from an answer. */
  direction: Direction,
})

const CHECKS = { send: 'field-optional', read: 'answer-optional' }
const WIDENED = { send: 'send-widened', read: 'read-widened' }

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field that always was there may be left out, or may be empty.',
  args: Args,
  example: { resource: 'bill', field: 'dueDate', direction: 'read' },
  summary: ({ resource, field, direction }) =>
    direction === 'send'
      ? `${field} of ${resource} may be left out of a request`
      : `${field} of ${resource} may be missing from an answer`,
  evidence:
    'The published schema no longer requires the field in this direction, or allows an empty value. A stored value that is gone is not explained by it.',
  explains: (unjudged, { resource, field, direction }) =>
    isOf(unjudged, [CHECKS[direction]], { resource, field }) ||
    (unjudged.finding.check === WIDENED[direction] &&
      isAt(unjudged, { resource, field }) &&
      unjudged.differences.every((difference) => isPublished(difference, 'null', 'false', 'true'))),
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding }) => {
    const direction = finding.check === CHECKS.send ? 'send' : finding.check === CHECKS.read ? 'read' : undefined
    return direction && { resource: finding.resource, field: finding.pointer.slice(1), direction }
  },
})
