import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every value of the mapping’s code tables is one that the ERP has.',
  failureTitle: 'Code tables of the mapping hold values that the ERP does not have.',
  description: 'An invoice with the code is refused, or posted without it, on the day the first one comes.',
  requires: ['mapping'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C3',
  messages: { changed: 'The code table of {from} has {value}, and {what} cannot hold it.' },
  remedy: 'Correct the table, or have the value set up in the ERP.',
  run: ({ mapping }) =>
    objectToFacts(
      mapping.filter(({ about }) => about === 'value-gone'),
      'changed',
      ({ from, found }) => ({ from, value: found }),
    ),
})
