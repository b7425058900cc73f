import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field of the mapping is there.',
  failureTitle: 'The mapping names fields that the release does not have.',
  description: 'What the mapping feeds into the field is lost or refused, also for invoices that nobody has recorded.',
  requires: ['mapping'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: 'The mapping of {from} names {what}, which the release does not have.' },
  remedy: 'Map the value to the field that replaces it, or stop sending or reading it.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'gone'),
      'changed',
      ({ from }) => ({ from }),
    ),
})
