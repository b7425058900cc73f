import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Refusals are told in the same words.',
  failureTitle: 'Refusals are told in other words.',
  description: 'A connector that tells errors apart by their text handles them wrongly.',
  requires: ['documents', 'interactions'],
  needs: [],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    changed: '{what} is refused with another text or code.',
  },
  remedy: 'Tell errors apart by their code and never by their wording.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions].filter(
        (difference) => difference.kind === 'coerced' && difference.loudness === 'loud',
      ),
      'changed',
    ),
})
