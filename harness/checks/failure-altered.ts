import { defineCheck, failureOf, inFailures, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'When the ERP fails, the connector sends every invoice as it was approved.',
  failureTitle: 'When the ERP fails, the connector sends an invoice otherwise than it was approved.',
  description:
    'A line is left out, or a reference changed, until the ERP takes the invoice: what is paid is not what was approved.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    failed: 'With {failure}, the connector changes the invoice at {field} and sends it again.',
  },
  remedy: 'Have the AP vendor report what is refused, and leave it to a person to change it.',
  run: ({ conduct }) => objectTo(inFailures(conduct, 'content'), 'failed', failureOf),
})
