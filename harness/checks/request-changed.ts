import type { Difference } from '../model/difference.ts'
import { defineCheck, isWholeRequest, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector sends in each request what it sent.',
  failureTitle: 'The connector sends something else than it sent.',
  description:
    'The ERP books what it is sent: another account, amount or dimension is posted, and nobody has approved it.',
  requires: ['requests'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    changed: 'The connector sends {what} otherwise than it did.',
    dropped: 'The connector no longer sends {what}.',
    added: 'The connector sends {what} in addition.',
  },
  remedy:
    'Ask the AP vendor what the release changes; where it is meant, whoever owns the coding accepts it with a waiver.',
  run: ({ requests }) => {
    const inRequests = requests.filter((difference) => !isWholeRequest(difference))
    const [dropped, added] = [kindOf(inRequests, 'absent'), kindOf(inRequests, 'extra')]
    return [
      ...objectTo(
        inRequests.filter((difference) => !dropped.includes(difference) && !added.includes(difference)),
        'changed',
      ),
      ...objectTo(dropped, 'dropped'),
      ...objectTo(added, 'added'),
    ]
  },
})

function kindOf(differences: readonly Difference[], kind: Difference['kind']): readonly Difference[] {
  return differences.filter((difference) => difference.kind === kind)
}
