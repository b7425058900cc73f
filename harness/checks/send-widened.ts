import { defineCheck, isValueChange, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Nothing more can be sent than before.',
  failureTitle: 'More can be sent than before.',
  description: 'A fault that used to be stopped at the door is accepted.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{what} accepts more than before.' },
  remedy: 'Check before sending what the ERP no longer checks.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            isValueChange(change) &&
            change.direction === 'send' &&
            change.effect === 'compatible' &&
            // A field that had a list of values and has none any more is told as a removed list.
            (change.change === 'widened' || (change.keyword === 'enum' && change.change === 'removed')),
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
