import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every value that the mapping makes fits its field.',
  failureTitle: 'The mapping makes values that are longer than their fields.',
  description: 'A value that is too long is refused or cut, and two codes that are cut alike become one.',
  requires: ['mapping'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: 'The mapping of {from} makes values that are too long for {what}, which takes {found}.' },
  remedy: 'Use shorter values, or have the field made longer before the release is installed.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'too-long'),
      'changed',
      ({ from, found }) => ({ from, found }),
    ),
})
