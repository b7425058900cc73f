import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No operation asks for a body that it did not ask for.',
  failureTitle: 'Operations ask for a body that they did not ask for.',
  description: 'A posting or an approval that is called without a body is refused, and the invoice stays where it is.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C2',
  messages: { changed: '{resource} is refused without a body now.' },
  remedy: 'Have the connector send a body, be it an empty record, wherever it calls the operation.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(({ structure: change }) => change.keyword === 'body' && change.change === 'added')
        .map(({ difference }) => difference),
      'changed',
    ),
})
