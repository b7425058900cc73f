import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field is still there.',
  failureTitle: 'Fields are gone.',
  description: 'A connector that sends or reads the field is refused, or reads nothing and goes on.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: '{what} is removed.' },
  remedy: 'Stop using the field, or use what replaces it.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(({ structure: change }) => change.keyword === 'property' && change.change === 'removed')
        .map(({ difference }) => difference),
      'changed',
    ),
})
