import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No field or value that is gone seems to have another name.',
  failureTitle: 'Fields or values that are gone seem to have another name.',
  description:
    'Whoever takes the wrong field for the new name sends an amount or a code into it, and it is posted without a word.',
  requires: ['renames'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C1',
  messages: {
    field: 'Perhaps {what} is {other} now ({confidence} % sure): {evidence}.',
    value: 'Perhaps {value} of {what} is {other} now ({confidence} % sure): {evidence}.',
  },
  remedy: 'Ask the ERP publisher whether it is the same, then announce it in change.yaml and plan the new name.',
  run: ({ renames }) => {
    const proposals = new Map(renames.map(({ proposal, difference }) => [difference, proposal]))
    return (['field', 'value'] as const).flatMap((kind) =>
      objectTo(
        renames.filter(({ proposal }) => proposal.kind === kind).map(({ difference }) => difference),
        kind,
        (difference) => {
          const proposal = proposals.get(difference)
          return {
            other: proposal?.newValue ?? proposal?.to.slice(1) ?? '',
            ...(kind === 'value' ? { value: proposal?.oldValue ?? '' } : {}),
            confidence: String(proposal?.confidence ?? 0),
            evidence: proposal?.evidence.join('; ') ?? '',
          }
        },
      ),
    )
  },
})
