import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'References are stored as they were sent.',
  failureTitle: 'References are stored otherwise than they were sent.',
  description:
    'A reference that changes on the way is not found again: duplicates are posted and remittances do not match.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    changed: '{what} is stored otherwise.',
  },
  remedy: 'Normalize the reference in the connector before it is sent and before it is searched for.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'identity' && isStored(difference),
      ),
      'changed',
    ),
})
