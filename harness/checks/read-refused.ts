import { defineCheck, objectTo, withoutInvoice } from '../ports/check.ts'

export default defineCheck({
  title: 'Every read of the connector is answered.',
  failureTitle: 'Reads of the connector are refused.',
  description:
    'The connector cannot read back what it posted, so it reports a failure or stops, while the invoice may be in the ERP.',
  requires: ['interactions'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: {
    refused: '{what} is refused: {why}.',
  },
  remedy: 'Stop reading the field that is gone, or read what replaces it.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter((difference) => difference.kind === 'refused'),
      'refused',
      (difference) => ({ why: withoutInvoice(difference.candidate ?? '') }),
    ),
})
