import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector ran to its end.',
  failureTitle: 'The connector did not run to its end.',
  description: 'What it did not come to is not exported, and nobody knows how far it came.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'The connector did not run to its end: {how}.',
  },
  remedy: 'Read the last lines of its output in the report, and have the AP vendor mend the cause.',
  run: ({ conduct }) =>
    objectTo(
      conduct.filter((difference) => difference.resource === 'connector'),
      'failed',
      (difference) => ({ how: (difference.candidate ?? '').split(':')[0] ?? '' }),
    ),
})
