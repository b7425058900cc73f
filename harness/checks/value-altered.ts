import { defineCheck, isDuty, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Listed values mean what they meant.',
  failureTitle: 'Listed values changed.',
  description: 'A code that keeps its name and changes its rate, parent or state books something else than before.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{field} of the values of {resource} changed.',
  },
  remedy: 'Check each value with finance.',
  run: ({ values }) =>
    objectTo(
      values.filter(
        (difference) => difference.pointer !== '' && difference.pointer !== '/active' && !isDuty(difference),
      ),
      'changed',
    ),
})
