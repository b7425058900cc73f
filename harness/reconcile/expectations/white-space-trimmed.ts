import { z } from 'zod'
import type { Difference } from '../../model/difference.ts'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), fields: z.array(z.string()).min(1) })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'White space around a text is removed when it is stored.',
  args: Args,
  example: { resource: 'account.invoice', fields: ['reference', 'description'] },
  summary: ({ resource, fields }) => `white space around ${fields.join(', ')} of ${resource} is removed`,
  evidence: 'A stored text lost the white space around it and nothing else.',
  explains: ({ finding, differences }, { resource, fields }) =>
    finding.resource === resource && fields.includes(finding.pointer.slice(1)) && differences.every(isTrimmed),
  isExercised: ({ touches }, { resource, fields }) => fields.some((field) => touches(resource, field)),
  suggest: ({ finding, differences }) =>
    differences.every(isTrimmed) ? { resource: finding.resource, fields: [finding.pointer.slice(1)] } : undefined,
})

/** Nothing but white space around the text is gone: any other change is not explained by trimming. */
function isTrimmed(difference: Difference): boolean {
  if (difference.area !== 'documents' && difference.area !== 'interactions') return false
  const before = unquoted(difference.baseline)
  return before !== null && before !== before.trim() && unquoted(difference.candidate) === before.trim()
}

/** A text whose white space matters is printed in quotes. */
function unquoted(text: string | null): string | null {
  if (text === null || !/^".*"$/s.test(text)) return text
  const value: unknown = JSON.parse(text)
  return typeof value === 'string' ? value : text
}
