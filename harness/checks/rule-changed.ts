import { defineCheck, isValueChange, isWiderAnswer, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The rules on records are published as they were.',
  failureTitle: 'Rules on records changed, and their text does not tell what they do.',
  description: 'A rule that the ERP evaluates on the record can refuse what was accepted, and only a replay shows it.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'erp-publisher',
  changeClass: 'C7',
  messages: { changed: 'The rule on {what} changed.' },
  remedy: 'Look at the invoices that use the field: the replay is the proof.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) => isValueChange(change) && change.effect === 'unknown' && !isWiderAnswer(change),
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
