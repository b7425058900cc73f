import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, what the connector reports is what the ERP holds.',
  failureTitle: 'When the ERP fails, the connector reports something else than the ERP holds.',
  description:
    'What is reported as exported and is not there is not paid; what is there and reported as refused is exported again.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector reports {claim}, and {held}.',
  },
  remedy:
    'Have the AP vendor look at the ERP before it reports, and report that it does not know where it cannot look.',
  run: ({ conduct }) =>
    objectTo(inFailures(conduct, 'claim'), 'failed', (difference) => ({
      ...failureOf(difference),
      claim: difference.candidate ?? '',
      held: difference.baseline ?? '',
    })),
})
