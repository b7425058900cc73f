import type { UnjudgedFinding } from '../ports/expectation.ts'
import { isRefusal, type Place } from './announced.ts'
import { codeOf } from './codes.ts'

/** Whether a finding is that an announced value of a list was closed, or that the ERP refuses a document because of it. */
export function isBlocked(
  unjudged: UnjudgedFinding,
  args: Readonly<{
    resource: string
    values: readonly string[]
    usedIn: readonly Place[]
    refusedWith: string | undefined
  }>,
): boolean {
  const { finding, differences } = unjudged
  const { resource, values, usedIn, refusedWith } = args
  if (finding.check === 'value-blocked' && finding.resource === resource)
    return differences.every((difference) => values.includes(codeOf(difference)))
  return [resource, ...usedIn.map((place) => place.resource)].some((owner) =>
    isRefusal(unjudged, owner, refusedWith, values),
  )
}
