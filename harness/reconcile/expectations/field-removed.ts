import { z } from 'zod'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), field: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A field of a resource is gone: it can be neither read nor sent.',
  args: Args,
  summary: ({ resource, field }) => `${field} of ${resource} is removed`,
  explains: ({ finding }, { resource, field }) =>
    finding.resource === resource &&
    ((finding.check === 'field-removed' && finding.pointer === `/${field}`) ||
      (finding.check === 'read-refused' && finding.args.why === `KeyError: ${field}`)),
  isExercised: (exercised, { resource, field }) => exercised(resource, field),
  suggest: ({ finding }) => {
    const [, read] = /^KeyError: (\w+)$/.exec(finding.args.why ?? '') ?? []
    if (finding.check === 'read-refused' && read !== undefined) return { resource: finding.resource, field: read }
    return finding.check === 'field-removed'
      ? { resource: finding.resource, field: finding.pointer.slice(1) }
      : undefined
  },
})
