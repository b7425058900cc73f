import { defineCheck, isValueChange, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Everything that was answered can be answered.',
  failureTitle: 'Less can be answered than before.',
  description: 'A value that is never answered again may be one that the connector waits for.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{what} can answer less than before.' },
  remedy: 'Check whether the connector waits for a value that no longer comes.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            isValueChange(change) &&
            change.direction === 'read' &&
            change.effect === 'compatible' &&
            // A field that had no list of values and has one now is told as an added list.
            (change.change === 'narrowed' || (change.keyword === 'enum' && change.change === 'added')),
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
