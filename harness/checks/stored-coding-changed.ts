import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Accounts, taxes and dimensions are stored as they were.',
  failureTitle: 'Accounts, taxes or dimensions are stored otherwise than they were.',
  description: 'The ERP says yes and books the cost to another account, department or tax code. Nobody is told.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{what} holds another code.',
  },
  remedy: 'Correct the value table of the mapping, or have the value list restored in the ERP.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'coding' && isStored(difference) && difference.kind !== 'reordered',
      ),
      'changed',
    ),
})
