import { defineCheck, objectToFacts } from '../ports/check.ts'

export default defineCheck({
  title: 'No record or operation that is gone seems to have another name.',
  failureTitle: 'Records or operations that are gone seem to have another name.',
  description:
    'Whoever takes the wrong record for the new one sends invoices to it that are booked elsewhere, or not at all.',
  requires: ['renames'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: { changed: 'Perhaps {resource} is {other} now ({confidence} % sure): {evidence}.' },
  remedy:
    'Ask the ERP publisher whether it is the same, then announce it in change.yaml and have the connector use it.',
  run: ({ renames }) =>
    objectToFacts(
      renames.filter(({ proposal }) => proposal.kind === 'resource'),
      'changed',
      ({ proposal }) => ({
        other: proposal.to,
        confidence: String(proposal.confidence),
        evidence: proposal.evidence.join('; '),
      }),
    ),
})
