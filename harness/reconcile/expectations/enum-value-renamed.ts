import { z } from 'zod'
import type { Difference } from '../../model/difference.ts'
import { defineExpectation } from '../../ports/expectation.ts'

const Args = z.strictObject({ resource: z.string(), field: z.string(), from: z.string(), to: z.string() })

export default defineExpectation<z.infer<typeof Args>>({
  title: 'A value of a selection has another name.',
  args: Args,
  example: { resource: 'account.period', field: 'state', from: 'close', to: 'closed' },
  summary: ({ resource, field, from, to }) => `${field} of ${resource}: ${from} becomes ${to}`,
  evidence:
    'The published list lost exactly the old name and got exactly the new one, or every value seen changed from the one to the other.',
  explains: ({ finding, differences }, { resource, field, from, to }) => {
    if (finding.resource !== resource) return false
    if (finding.check === 'search-value-gone') return finding.pointer === `/${field}` && finding.args.value === from
    if (finding.area === 'structure')
      return finding.pointer === `/${field}` && differences.every((difference) => isRename(difference, from, to))
    // A search that excludes the old name finds everything that has the new one; one that asks for it finds nothing.
    const holds = (row: string | null, value: string) => `, ${row ?? ''},`.includes(`, ${field} ${value},`)
    if (finding.check === 'lookup-value-gained') return differences.every(({ candidate }) => holds(candidate, to))
    if (finding.check === 'lookup-value-lost') return differences.every(({ baseline }) => holds(baseline, from))
    return (
      finding.pointer === `/${field}` &&
      differences.every((difference) => difference.baseline === from && difference.candidate === to)
    )
  },
  isExercised: ({ touches }, { resource, field }) => touches(resource, field),
  suggest: ({ finding, differences }) => {
    const [first] = differences
    if (finding.check !== 'value-altered' || first?.baseline == null || first.candidate == null) return undefined
    const same = differences.every(
      (difference) => difference.baseline === first.baseline && difference.candidate === first.candidate,
    )
    return same
      ? { resource: finding.resource, field: finding.pointer.slice(1), from: first.baseline, to: first.candidate }
      : undefined
  },
})

/** The published list lost the old name, or got the new one, and nothing else. */
function isRename({ baseline, candidate }: Difference, from: string, to: string): boolean {
  const lost = baseline === null || baseline === JSON.stringify([from])
  const gained = candidate === null || candidate === JSON.stringify([to])
  return lost && gained && baseline !== candidate
}
