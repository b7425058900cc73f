import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector reads the records that it read.',
  failureTitle: 'The connector reads other records than it read.',
  description: 'What the connector compares with what was approved is another record, or the ERP answered otherwise.',
  requires: ['inquiries'],
  needs: [],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    changed: 'The connector reads {what} otherwise than it did.',
  },
  remedy: 'Look first at what the connector sends otherwise; this may follow from it.',
  run: ({ inquiries }) =>
    objectTo(
      inquiries.filter((difference) => difference.kind !== 'absent' && difference.kind !== 'extra'),
      'changed',
    ),
})
