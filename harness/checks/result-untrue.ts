import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'What the connector reports is what the ERP holds.',
  failureTitle: 'The connector reports something else than the ERP holds.',
  description:
    'An invoice that is reported as exported and is not there is not paid; one that is there and is reported as refused is exported again.',
  requires: ['results'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    untrue: 'The connector reports {claim}, and {held}.',
  },
  remedy:
    'Have the AP vendor report what the ERP answered, and nothing where the answer was lost but that it is not known.',
  run: ({ results }) =>
    objectTo(
      results.filter((difference) => difference.pointer === '/held'),
      'untrue',
      (difference) => ({ claim: difference.candidate ?? '', held: difference.baseline ?? '' }),
    ),
})
