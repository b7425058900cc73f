import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When an answer is lost, the connector looks before it sends an invoice again.',
  failureTitle: 'When an answer is lost, the connector sends an invoice again without looking.',
  description: 'The ERP may have stored the invoice before the answer was lost. Sooner or later it is there twice.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector sends the invoice again without looking for its {field}.',
  },
  remedy: 'Have the AP vendor search the ERP by supplier and reference before any second attempt.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'second-attempt'), 'failed', failureOf),
})
