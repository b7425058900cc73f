import { defineCheck, isOfDocument, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Rows are stored in the order they were.',
  failureTitle: 'Rows are stored in another order.',
  description: 'No money is in the order of rows, but matching by position and people who compare with paper use it.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C8',
  messages: {
    changed: '{resource} {field} stand in another order.',
  },
  remedy: 'Match rows by what they say and never by where they stand.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter((difference) => difference.kind === 'reordered'),
      'changed',
    ),
})
