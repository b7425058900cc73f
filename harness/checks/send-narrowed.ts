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
            isValueChange(change) &&
            change.direction === 'send' &&
            (change.change === 'narrowed' || change.change === 'altered') &&
            change.effect === 'breaking',
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
