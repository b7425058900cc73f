import { defineCheck, isDuty, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No value of a list must be given that could be left out.',
  failureTitle: 'Values of lists must be given now.',
  description: 'Invoices without the dimension or code are refused.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} of {resource} demands {field} now.',
  },
  remedy: 'Decide with finance which value such invoices get, and map it.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => isDuty(difference) && difference.candidate === 'true'),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
