import { defineCheck, isOfLookup, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Look-ups answer in the same order.',
  failureTitle: 'Look-ups answer in another order.',
  description: 'A connector that takes the first match picks another one, without an error.',
  requires: ['interactions'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C3',
  messages: {
    changed: 'A search in {resource} answers in another order.',
  },
  remedy: 'Ask for an order in the search and never rely on the default.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter((difference) => isOfLookup(difference) && difference.kind === 'reordered'),
      'changed',
    ),
})
