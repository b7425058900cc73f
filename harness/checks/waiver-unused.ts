import { defineCheck, objectToWaivers } from '../ports/check.ts'

export default defineCheck({
  title: 'Every waiver accepts a finding that is there.',
  failureTitle: 'Waivers accept findings that are not there.',
  description: 'A waiver that is not needed any more waits to accept the next finding that nobody has looked at.',
  requires: ['waivers'],
  needs: [],
  severity: 'warning',
  lane: 'it',
  changeClass: 'C7',
  messages: {
    unused:
      'The waiver of {waiver} by {owner} accepts a finding that is not there: remove it, or find out what became of the finding.',
  },
  remedy: 'Remove the waiver, or find out what became of the finding.',
  run: ({ waivers }) => objectToWaivers(waivers, 'unused', 'unused'),
})
