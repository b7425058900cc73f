import { defineCheck, isValueChange, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Everything that could be sent can be sent.',
  failureTitle: 'Less can be sent than before.',
  description: 'Values that were accepted are refused.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{what} accepts less than before.' },
  remedy: 'Check the values that the mapping produces against the new limits.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.direction === 'send' &&
            change.effect === 'breaking' &&
            // A field that was free to hold anything and now has a type is an added property.
            (isValueChange(change) || (change.keyword === 'property' && change.change === 'added')),
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
