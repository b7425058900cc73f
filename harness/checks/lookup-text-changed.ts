import { defineCheck, isOfLookup, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Look-ups answer the same texts.',
  failureTitle: 'Look-ups answer other texts, or more of them.',
  description: 'Additional members are harmless to a connector that ignores what it does not know.',
  requires: ['interactions'],
  needs: [],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: {
    changed: '{what} is told otherwise.',
  },
  remedy: 'Make sure that the connector ignores members it does not know.',
  run: ({ interactions }) =>
    objectTo(
      interactions.filter(
        (difference) =>
          isOfLookup(difference) &&
          difference.class === 'text' &&
          difference.kind !== 'refused' &&
          difference.loudness === 'silent',
      ),
      'changed',
    ),
})
