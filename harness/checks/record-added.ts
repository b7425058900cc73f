import { defineCheck, isRecordChange, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No records were added.',
  failureTitle: 'Records were added.',
  description: 'A new record is harmless until it replaces one that is used.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: '{resource} can be sent or read now.' },
  remedy: 'Nothing, unless the connector should use it.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(({ structure: change }) => isRecordChange(change) && change.change === 'added')
        .map(({ difference }) => difference),
      'changed',
    ),
})
