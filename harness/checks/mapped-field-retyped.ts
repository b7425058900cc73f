import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field of the mapping holds what it did.',
  failureTitle: 'Fields of the mapping hold another type.',
  description: 'A value of another type is refused, or taken as something else: a code with leading zeros as a number.',
  requires: ['mapping'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C4',
  messages: { changed: 'The mapping of {from} feeds {what}, and its type changes: {found}.' },
  remedy: 'Convert the value in the mapping, or have the publisher say how it is read.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'retyped'),
      'changed',
      ({ from, found }) => ({ from, found }),
    ),
})
