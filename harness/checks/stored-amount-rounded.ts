import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Amounts are rounded as they were.',
  failureTitle: 'Amounts are rounded otherwise than they were.',
  description: 'Cents that differ per invoice add up, and payments no longer match what suppliers claim.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C8',
  messages: {
    changed: '{what} is rounded otherwise.',
  },
  remedy: 'Agree on one rounding with the publisher; a tolerance must be stated in the policy in currency units.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'rounding' && isStored(difference),
      ),
      'changed',
    ),
})
