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
          difference.pointer !== '/found' &&
          difference.class !== 'text' &&
          difference.kind !== 'refused',
      ),
      'changed',
    ),
})
