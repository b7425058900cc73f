import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector reports of every invoice what it reported.',
  failureTitle: 'The connector reports something else than it did of invoices.',
  description:
    'Accounts payable acts on what is reported: an invoice that waits for a person may no longer be shown to one.',
  requires: ['results'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    changed: 'The connector reports {was} as {now}.',
  },
  remedy: 'Ask the AP vendor why the status changed, and tell accounts payable what it means now.',
  run: ({ results }) =>
    objectTo(
      results.filter((difference) => difference.pointer === '/status'),
      'changed',
      (difference) => ({ was: difference.baseline ?? '', now: difference.candidate ?? '' }),
    ),
})
