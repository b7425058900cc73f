import { defineCheck, isOfLookup, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Look-ups find what they found.',
  failureTitle: 'Look-ups no longer find what they found.',
  description: 'The connector cannot resolve a code and refuses the invoice, or falls back to a default.',
  requires: ['interactions'],
  needs: [],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C3',
  messages: {
    changed: 'A search in {resource} no longer finds a value it found.',
  },
  remedy: 'Restore the value in the ERP, or change what the connector searches for.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter(
        (difference) => isOfLookup(difference) && difference.pointer === '/found' && difference.kind === 'absent',
      ),
      'changed',
    ),
})
