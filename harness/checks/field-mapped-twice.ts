import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field of the ERP has one source.',
  failureTitle: 'Fields of the ERP have two sources.',
  description: 'Which of two values an invoice is posted with depends on the order in which the connector writes them.',
  requires: ['mapping'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C4',
  messages: { changed: '{what} is fed by {from} and by {found}.' },
  remedy: 'Remove one of the rows, or say with to.record that they go to different records.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'twice'),
      'changed',
      ({ from, found }) => ({ from, found }),
    ),
})
