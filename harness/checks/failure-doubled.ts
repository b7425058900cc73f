import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, every invoice is posted once at most.',
  failureTitle: 'When the ERP fails, the connector posts invoices twice.',
  description: 'The supplier is paid twice, and each document by itself is right.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the ERP ends up with the invoice more than once.',
  },
  remedy: 'Have the AP vendor look for the invoice by its reference before it is sent again.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'document'), 'failed', failureOf),
})
