import { defineCheck, objectToWaivers } from '../ports/check.ts'

export default defineCheck({
  title: 'Every waiver holds until the window ends.',
  failureTitle: 'Waivers lapse before the window ends.',
  description: 'What somebody accepted for a time is in the books after that time, and nobody has accepted it again.',
  requires: ['waivers'],
  needs: [],
  severity: 'warning',
  lane: 'it',
  changeClass: 'C7',
  messages: {
    expired: 'The waiver of {waiver} by {owner} expired: it held until {expires}, and the window ends {end}.',
  },
  remedy: 'Have the finding accepted again until after the window, or have its cause mended.',
  run: ({ waivers }) => objectToWaivers(waivers, 'expired', 'expired'),
})
