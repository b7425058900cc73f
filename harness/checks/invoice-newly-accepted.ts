import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every invoice that was refused is refused.',
  failureTitle: 'Invoices that were refused are now accepted.',
  description: 'A fault that used to be stopped at the door is now posted to the ledger.',
  requires: ['documents'],
  needs: [],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C7',
  messages: {
    accepted: '{what} accepts what was refused with {code}.',
  },
  remedy: 'Decide whether the invoices may be posted; if not, check them before they are sent.',
  run: ({ documents }) =>
    objectTo(
      documents.filter((difference) => difference.kind === 'accepted'),
      'accepted',
      (difference) => ({ code: (difference.baseline ?? '').split(':')[0] ?? '' }),
    ),
})
