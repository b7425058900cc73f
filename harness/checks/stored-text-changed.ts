import { defineCheck, isOfDocument, isStored, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Texts are stored as they were.',
  failureTitle: 'Texts are stored otherwise than they were.',
  description: 'Texts carry no money, but people and matching rules read them.',
  requires: ['documents', 'interactions'],
  needs: ['read-back'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    changed: '{what} holds another text.',
  },
  remedy: 'Decide whether the text matters to anybody; if it does not, say so in the release note entry.',
  run: ({ documents, interactions }) =>
    objectTo(
      [...documents, ...interactions.filter(isOfDocument)].filter(
        (difference) => difference.class === 'text' && isStored(difference) && difference.kind !== 'reordered',
      ),
      'changed',
    ),
})
