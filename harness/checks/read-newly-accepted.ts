import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every read that was refused is refused.',
  failureTitle: 'Reads that were refused are now answered.',
  description: 'The connector goes on where it used to stop, with an answer that nobody has compared with anything.',
  requires: ['interactions'],
  needs: [],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    accepted: '{resource} {field} answers what was refused with {code}.',
  },
  remedy: 'Check what the connector does with the answer that it never had before.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter((difference) => difference.kind === 'accepted'),
      'accepted',
      (difference) => ({ code: (difference.baseline ?? '').split(':')[0] ?? '' }),
    ),
})
