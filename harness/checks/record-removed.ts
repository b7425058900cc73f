import { defineCheck, isRecordChange, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every record can be sent and read as before.',
  failureTitle: 'Records can no longer be sent or read.',
  description: 'Every export that uses the record is refused.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: '{resource} can no longer be sent or read.' },
  remedy: 'Use what replaces the record, or have it restored.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(({ structure: change }) => isRecordChange(change) && change.change === 'removed')
        .map(({ difference }) => difference),
      'changed',
    ),
})
