import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every invoice that was created is found in the ERP.',
  failureTitle: 'Invoices that were created are not found in the ERP.',
  description:
    'The connector was told that the invoice is in the ERP, and whoever looks for it by supplier and reference does not find it: it is not paid, or sent again.',
  requires: ['copies'],
  needs: ['find-by-reference'],
  severity: 'error',
  lane: 'erp-publisher',
  changeClass: 'C8',
  messages: {
    changed: 'The ERP finds fewer documents of one supplier and reference than were sent.',
  },
  remedy: 'Search the ERP for the document by its id, and find out why it is not listed.',
  run: ({ copies }) =>
    objectTo(
      copies.filter((difference) => difference.kind === 'absent'),
      'changed',
    ),
})
