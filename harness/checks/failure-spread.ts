import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails on one invoice, the others are exported.',
  failureTitle: 'When the ERP fails on one invoice, others are not exported.',
  description: 'One bad invoice holds up a batch, and with it the payment run.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector does not export other invoices either.',
  },
  remedy: 'Have the AP vendor go on with the next invoice.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'batch'), 'failed', failureOf),
})
