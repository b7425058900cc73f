import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, the connector comes to an end.',
  failureTitle: 'When the ERP fails, the connector does not come to an end.',
  description: 'A connector that tries for ever reports nothing, and its next run does not start.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector does not come to an end.',
  },
  remedy: 'Have the AP vendor limit how often and how long it tries.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'end'), 'failed', failureOf),
})
