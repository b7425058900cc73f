import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No blocked value became usable.',
  failureTitle: 'Blocked values became usable.',
  description: 'A value that was closed on purpose takes postings again.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'info',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} in {resource} is usable again.',
  },
  remedy: 'Ask finance whether it was opened on purpose.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => difference.pointer === '/active' && difference.candidate === 'true'),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
