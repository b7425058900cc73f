import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Documents end in the state they ended in.',
  failureTitle: 'Documents end in another state.',
  description: 'An invoice that stays in draft is not paid; one that counts as paid is not claimed.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C8',
  messages: {
    changed: '{what} is another state.',
  },
  remedy: 'Check what reads this state: reports, payment runs, the connector itself.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'state' && isStored(difference),
      ),
      'changed',
    ),
})
