import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No required field became optional.',
  failureTitle: 'Required fields became optional.',
  description: 'A field that used to be asked for can now be missing without anybody noticing.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{what} need not be sent any more.' },
  remedy: 'Keep sending it; make sure that the mapping never leaves it out.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.keyword === 'required' && change.change === 'removed' && change.direction === 'send',
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
