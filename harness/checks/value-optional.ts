import { defineCheck, isDuty, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No value of a list may be left out that had to be given.',
  failureTitle: 'Values of lists may be left out now.',
  description: 'A mapping that always gives a value goes on working; reports may miss it when it stops.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'info',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} of {resource} no longer demands {field}.',
  },
  remedy: 'Tell finance that the value is optional now.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => isDuty(difference) && difference.candidate === 'false'),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
