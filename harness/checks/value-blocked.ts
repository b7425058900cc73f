import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every usable value is still usable.',
  failureTitle: 'Values were blocked.',
  description:
    'Some ERPs accept a blocked value by id and refuse it by code; either way invoices land where they should not.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} in {resource} is blocked.',
  },
  remedy: 'Map the value to one that is open, or have it opened again.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => difference.pointer === '/active' && difference.candidate === 'false'),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
