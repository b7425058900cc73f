import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector asks for everything that it asked for.',
  failureTitle: 'The connector no longer asks for something.',
  description: 'What the connector no longer reads it can no longer compare with what was approved.',
  requires: ['inquiries'],
  needs: [],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    whole: 'The connector no longer asks for {what}.',
  },
  remedy: 'Ask the AP vendor which comparison was made with it.',
  run: ({ inquiries }) =>
    objectTo(
      inquiries.filter((difference) => difference.kind === 'absent'),
      'whole',
    ),
})
