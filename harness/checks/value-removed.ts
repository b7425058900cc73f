import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every listed value is still there.',
  failureTitle: 'Listed values are gone.',
  description: 'Invoices coded with the value are refused, or posted to a default.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} is no longer in {resource}.',
  },
  remedy: 'Map the value to one that exists, or have it restored.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => difference.kind === 'absent' && difference.pointer === ''),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
