import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field that the release requires is mapped.',
  failureTitle: 'The release requires fields that no row of the mapping feeds.',
  description: 'Every invoice without the field is refused, or posted to a default that nobody has chosen.',
  requires: ['mapping'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C2',
  messages: { changed: '{what} is required, and no row of the mapping feeds it.' },
  remedy: 'Map a value of the invoice to the field, or a value that is right for all of them.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'unmapped'),
      'changed',
    ),
})
