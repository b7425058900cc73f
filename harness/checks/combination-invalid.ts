import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'Every recorded combination of account and dimensions exists in the release.',
  failureTitle: 'Recorded combinations of account and dimensions do not exist in the release.',
  description: 'A line whose combination the ERP does not know is refused, or posted to a suspense account.',
  requires: ['combinations'],
  needs: ['list-values'],
  severity: 'error',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    segments: 'Accounts of {resource} have {value} segments, and recorded lines have {segment}.',
    value: 'Recorded lines name {value}, which is no {segment} of the release.',
    unlisted: 'Recorded lines name {value}, whose segments exist, and {resource} does not have it.',
    blocked: 'Recorded lines name {value}, which may not be posted to.',
  },
  remedy: 'Have the combination set up in the ERP, or map it to one that is.',
  run: ({ combinations }) =>
    (['segments', 'value', 'unlisted', 'blocked'] as const).flatMap((kind) =>
      objectToFacts(
        combinations.filter(({ about }) => about === kind),
        kind,
        ({ segment, value }) => ({ segment, value }),
      ),
    ),
})
