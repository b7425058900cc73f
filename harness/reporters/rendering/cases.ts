import type { ChangeAssessment } from '../../model/assessment.ts'
import type { Finding } from '../../model/finding.ts'
import { handling, isHandled, totalName, VERDICTS } from './words.ts'

/** One fact of an assessment as test runners count them. `errored` means that it could not be told. */
export type Case = Readonly<{
  suite: 'decision' | 'accounting' | 'checks' | 'release-notes' | 'invoices'
  name: string
  status: 'passed' | 'failed' | 'errored' | 'skipped'
  message: string
}>

/**
 * The assessment as test cases. A case fails only when the verdict permits nothing: what the policy did not weigh
 * against the change is skipped with its reason, so that a pipeline that counts failures decides as the gate did.
 */
export function casesOf(assessment: Readonly<ChangeAssessment>): readonly Case[] {
  const permits = assessment.verdict === 'go' || assessment.verdict === 'conditional'
  const weighed = (status: Case['status']): Case['status'] =>
    permits && (status === 'failed' || status === 'errored') ? 'skipped' : status
  return [
    decisionCase(assessment),
    ...[
      ...accountingCases(assessment),
      ...checkCases(assessment),
      ...noteCases(assessment),
      ...invoiceCases(assessment),
    ].map((entry) => ({ ...entry, status: weighed(entry.status) })),
  ]
}

function decisionCase({ verdict, reasons, conditions, change }: Readonly<ChangeAssessment>): Case {
  const status = { go: 'passed', conditional: 'passed', 'no-go': 'failed', undecided: 'errored' } as const
  return {
    suite: 'decision',
    name: `${change.id}: the release may be installed in the planned window`,
    status: status[verdict],
    message: [
      `${VERDICTS[verdict].word}: ${VERDICTS[verdict].advice}`,
      ...conditions.map((condition) => `condition: ${condition}`),
      ...reasons.map((reason) => `${reason.code}: ${reason.text}`),
    ].join('\n'),
  }
}

function accountingCases({ accounting, controlTotals }: Readonly<ChangeAssessment>): readonly Case[] {
  const { recorded, replayed, observed, compared, reconciles } = accounting
  return [
    {
      suite: 'accounting',
      name: 'every recorded invoice was replayed, observed and compared',
      status: reconciles ? 'passed' : 'errored',
      message: `${recorded} recorded, ${replayed} replayed, ${observed} observed, ${compared} compared`,
    },
    ...controlTotals.map(
      (total): Case => ({
        suite: 'accounting',
        name: `control totals in ${totalName(total, controlTotals)} are equal`,
        status: total.reconciles ? 'passed' : 'failed',
        message: `recorded ${total.recorded.gross} in ${total.recorded.documents}, accepted ${total.accepted.gross} in ${total.accepted.documents}, stored ${total.stored.gross} in ${total.stored.documents}`,
      }),
    ),
  ]
}

function checkCases({ checks, findings }: Readonly<ChangeAssessment>): readonly Case[] {
  return checks.map((check) => {
    const own = findings.filter((finding) => finding.check === check.check)
    const status = { passed: 'passed', 'not-applicable': 'skipped', errored: 'errored' } as const
    return {
      suite: 'checks',
      name: `${check.check}: ${check.title}`,
      status: check.state === 'failed' ? (own.some(blocks) ? 'failed' : 'skipped') : status[check.state],
      message: [...(check.reason === null ? [] : [check.reason]), ...own.map(findingLine)].join('\n'),
    }
  })
}

function noteCases({ notes }: Readonly<ChangeAssessment>): readonly Case[] {
  const status = { met: 'passed', unmet: 'failed', untested: 'errored' } as const
  return notes.flatMap((note): readonly Case[] =>
    note.affectsUs === 'undecided'
      ? [
          {
            suite: 'release-notes',
            name: `${note.id}: somebody has decided whether it affects us`,
            status: 'errored',
            message: note.says,
          },
        ]
      : note.expectations.map((expectation, index) => ({
          suite: 'release-notes',
          name: `${note.id}.${index + 1}: ${expectation.summary}`,
          status: status[expectation.state],
          message: `${expectation.state}: ${note.says}`,
        })),
  )
}

function invoiceCases({ invoices, findings }: Readonly<ChangeAssessment>): readonly Case[] {
  const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]))
  return invoices.map((invoice) => {
    const own = invoice.findings.flatMap((fingerprint) => byFingerprint.get(fingerprint) ?? [])
    const weighing = own.filter((finding) => finding.severity !== 'info')
    const status = invoice.outcome === 'not-checked' ? 'errored' : own.some(blocks) ? 'failed' : 'passed'
    return {
      suite: 'invoices',
      name: `${invoice.key} ${invoice.supplier} ${invoice.currency} ${invoice.gross}`,
      status,
      message: [
        `${invoice.outcome}: ${invoice.recorded} when recorded, ${invoice.replayed} when replayed`,
        ...weighing.map(findingLine),
      ].join('\n'),
    }
  })
}

/** Whether a finding weighs against the change: an error that is neither waived nor gone with the plan. */
function blocks(finding: Readonly<Finding>): boolean {
  return finding.severity === 'error' && !isHandled(finding)
}

function findingLine(finding: Readonly<Finding>): string {
  return `${finding.fingerprint} ${finding.severity}, ${finding.loudness}, ${handling(finding)}: ${finding.message}`
}
