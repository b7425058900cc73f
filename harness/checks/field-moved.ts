import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'No field that is gone seems to stand in another record.',
  failureTitle: 'Fields that are gone seem to stand in another record.',
  description:
    'A code that is sent for the whole invoice where each line wants its own is lost, or booked on one line.',
  requires: ['renames'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: 'Perhaps {what} is {other} of {target} now ({confidence} % sure): {evidence}.' },
  remedy: 'Ask the ERP publisher whether it is the same, then announce it in change.yaml and plan the new place.',
  run: ({ renames }) =>
    objectToFacts(
      renames.filter(({ proposal }) => proposal.kind === 'move'),
      'changed',
      ({ proposal }) => ({
        other: proposal.to.slice(1),
        target: proposal.toResource,
        confidence: String(proposal.confidence),
        evidence: proposal.evidence.join('; '),
      }),
    ),
})
