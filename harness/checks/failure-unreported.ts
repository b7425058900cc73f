import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, the connector reports something of every invoice.',
  failureTitle: 'When the ERP fails, the connector says nothing of invoices.',
  description: 'Silence is taken for success: the invoice is found when the supplier asks for the money.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector reports nothing of the invoice.',
  },
  remedy: 'Have the AP vendor report every invoice that was given, also those that a run did not come to.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'result'), 'failed', failureOf),
})
