import { defineCheck, isWiderAnswer, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Nothing is answered that was not answered before.',
  failureTitle: 'More can be answered than before.',
  description: 'A connector that knows a fixed set of values meets one that it does not know.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{what} can answer more than before.' },
  remedy: 'Check what the connector does with a value that it does not know.',
  run: ({ structure }) =>
    objectTo(
      structure.filter(({ structure: change }) => isWiderAnswer(change)).map(({ difference }) => difference),
      'changed',
    ),
})
