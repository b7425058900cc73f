import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every value that the connector searches by exists.',
  failureTitle: 'The connector searches by values that do not exist any more.',
  description: 'A search by a value that is gone is answered without an error: it finds nothing, or excludes nothing.',
  requires: ['searches'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C3',
  messages: { changed: '{resource} has no {field} “{value}” any more, and the connector searches by it.' },
  remedy: 'Search by the new name of the value.',
  run: ({ searches }) => objectTo(searches, 'changed', (difference) => ({ value: difference.sent ?? '' })),
})
