import { defineCheck, isOfLookup, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Look-ups find nothing more than they found.',
  failureTitle: 'Look-ups find more than they found.',
  description:
    'A connector that takes the first match, or treats all matches as usable, picks a wrong value without an error.',
  requires: ['interactions'],
  needs: [],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C3',
  messages: {
    changed: 'A search in {resource} finds values it did not find.',
  },
  remedy: 'Check the literals of the search against the value lists of the new release.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter(
        (difference) => isOfLookup(difference) && difference.pointer === '/found' && difference.kind === 'extra',
      ),
      'changed',
    ),
})
