import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every invoice that was accepted is accepted.',
  failureTitle: 'Invoices that were accepted are refused.',
  description:
    'The export stops for these invoices. Suppliers are not paid until somebody notices and mends the cause.',
  requires: ['documents'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    refused: '{what} is refused with {code}.',
  },
  remedy: 'Change the connector or the mapping so that the new release accepts the invoice, and replay with that plan.',
  run: ({ documents }) =>
    objectTo(
      documents.filter((difference) => difference.kind === 'refused'),
      'refused',
      (difference) => ({ code: (difference.candidate ?? '').split(':')[0] ?? '' }),
    ),
})
