import { defineCheck, isOfLookup, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Look-ups answer the same values.',
  failureTitle: 'Look-ups answer other values.',
  description: 'The connector decides by what it looks up; another value means another decision.',
  requires: ['interactions'],
  needs: [],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C3',
  messages: {
    changed: '{what} is another value.',
  },
  remedy: 'Check what the connector does with the value.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter(
        (difference) =>
          isOfLookup(difference) &&
          difference.class !== 'text' &&
          !['refused', 'accepted', 'reordered'].includes(difference.kind) &&
          // A record found more or less is told by another check; one found in the place of another is told here.
          !(difference.pointer === '/found' && ['extra', 'absent'].includes(difference.kind)),
      ),
      'changed',
    ),
})
