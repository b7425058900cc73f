import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every operation that asked for a body still does.',
  failureTitle: 'Operations no longer ask for a body.',
  description: 'A call whose body got lost on the way is taken, and does something else than what was meant.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{resource} works without a body, too.' },
  remedy: 'Keep sending it.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(({ structure: change }) => change.keyword === 'body' && change.change === 'removed')
        .map(({ difference }) => difference),
      'changed',
    ),
})
