import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every noise rule still leaves something out.',
  failureTitle: 'Noise rules leave nothing out any more.',
  description: 'A rule that is not needed any more waits to hide the next difference at its place.',
  requires: ['noise'],
  needs: [],
  severity: 'info',
  lane: 'it',
  changeClass: 'C7',
  messages: {
    changed: 'The noise rule for {what} matched nothing.',
  },
  remedy: 'Learn the noise again with change-gate noise, or take the rule out of noise.yaml.',
  run: ({ noise }) => objectTo(noise, 'changed'),
})
