import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP asks to wait, the connector waits.',
  failureTitle: 'When the ERP asks to wait, the connector does not.',
  description: 'The ERP locks the connector out, and the whole batch stays behind.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector does not wait as {field} asks it to.',
  },
  remedy: 'Have the AP vendor honor Retry-After.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'pause'), 'failed', failureOf),
})
