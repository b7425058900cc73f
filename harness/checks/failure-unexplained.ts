import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, the connector says why an invoice was not exported.',
  failureTitle: 'When the ERP fails, the connector does not say why an invoice was not exported.',
  description: 'Whoever reads the status does not know whether to mend the invoice, to call IT or to wait.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector does not say why the invoice was not exported.',
  },
  remedy: 'Have the AP vendor pass on what the ERP said.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'reason'), 'failed', failureOf),
})
