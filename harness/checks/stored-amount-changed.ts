import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Amounts are stored as they were.',
  failureTitle: 'Amounts are stored otherwise than they were.',
  description:
    'The ERP says yes and books another amount. It surfaces when the ledger is reconciled at month-end close.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C8',
  messages: {
    changed: '{what} holds another amount.',
  },
  remedy: 'Find out which release note announces it; if none does, raise it with the publisher before the update.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'amount' && isStored(difference),
      ),
      'changed',
    ),
})
