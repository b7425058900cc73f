import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector asks for nothing that it did not ask for.',
  failureTitle: 'The connector asks for something in addition.',
  description:
    'What the connector asks for in addition it may come to depend on, and its user needs the right to read it.',
  requires: ['inquiries'],
  needs: [],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    whole: 'The connector asks for {what} in addition.',
  },
  remedy: 'See that the user of the connector in production may read it.',
  run: ({ inquiries }) =>
    objectTo(
      inquiries.filter((difference) => difference.kind === 'extra'),
      'whole',
    ),
})
