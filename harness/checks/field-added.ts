import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No fields were added.',
  failureTitle: 'Fields were added.',
  description: 'A new field is harmless until it becomes required.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: '{what} is new.' },
  remedy: 'Nothing, unless the connector should fill it.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.keyword === 'property' &&
            change.change === 'added' &&
            !(change.direction === 'send' && change.effect === 'breaking'),
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
