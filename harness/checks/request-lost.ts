import { defineCheck, isWholeRequest, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector makes every request that it made.',
  failureTitle: 'The connector no longer makes requests that it made.',
  description: 'An invoice stays a draft, or is posted without the search that keeps it from being posted twice.',
  requires: ['requests'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    whole: 'The connector no longer calls {what}.',
  },
  remedy: 'Ask the AP vendor what takes its place, and for which invoices it was left out.',
  run: ({ requests }) =>
    objectTo(
      requests.filter((difference) => isWholeRequest(difference) && difference.kind === 'absent'),
      'whole',
    ),
})
