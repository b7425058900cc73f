import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every invoice is in the ERP once.',
  failureTitle: 'Invoices are in the ERP more than once.',
  description: 'The supplier is paid twice. Each document by itself is right, so nothing else shows it.',
  requires: ['copies'],
  needs: ['find-by-reference'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C8',
  messages: {
    changed: 'The ERP holds more documents of one supplier and reference than were sent.',
  },
  remedy: 'Find out what posts the second document, and remove it before payments are run.',
  run: ({ copies }) =>
    objectTo(
      copies.filter((difference) => difference.kind === 'extra'),
      'changed',
    ),
})
