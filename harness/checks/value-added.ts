import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No values were added.',
  failureTitle: 'Values were added.',
  description: 'New values are harmless until they become the default.',
  requires: ['values'],
  needs: ['list-values'],
  severity: 'info',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: '{value} is new in {resource}.',
  },
  remedy: 'Tell finance which values are new.',
  run: ({ values }) =>
    objectTo(
      values.filter((difference) => difference.kind === 'extra' && difference.pointer === ''),
      'changed',
      (difference) => ({ value: difference.at.slice(1) }),
    ),
})
