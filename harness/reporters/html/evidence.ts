import { instant } from '../../base/instant.ts'
import type { ChangeAssessment, ControlTotal } from '../../model/assessment.ts'
import type { CheckResult } from '../../model/finding.ts'
import { counted, EVIDENCE_LEVELS, grouped, totalName } from '../rendering/words.ts'
import { capped, comparedValue, type Link, number, percentOf, SHOWN, SPACE } from './cells.ts'

/** Control totals, with the cells that differ from what was recorded. */
export function controlTotalsOf({ controlTotals }: Readonly<ChangeAssessment>) {
  const cells = (title: string, totals: ControlTotal['recorded'], reference: ControlTotal['recorded']) => ({
    title,
    documents: number(totals.documents),
    gross: grouped(totals.gross, SPACE),
    tax: grouped(totals.tax, SPACE),
    hash: grouped(totals.hash, SPACE),
    differs: {
      documents: totals.documents !== reference.documents,
      gross: totals.gross !== reference.gross,
      tax: totals.tax !== reference.tax,
      hash: totals.hash !== reference.hash,
    },
  })
  return controlTotals.map((total) => ({
    currency: totalName(total, controlTotals),
    reconciles: total.reconciles,
    rows: [
      cells('recorded', total.recorded, total.recorded),
      cells('accepted', total.accepted, total.recorded),
      cells('stored', total.stored, total.recorded),
    ],
  }))
}

/** How many invoices and interactions reached each stage. */
export function accountingOf({ accounting }: Readonly<ChangeAssessment>) {
  return {
    reconciles: accounting.reconciles,
    recorded: number(accounting.recorded),
    replayed: number(accounting.replayed),
    observed: number(accounting.observed),
    compared: number(accounting.compared),
    interactions: number(accounting.interactions),
    interactionsReplayed: number(accounting.interactionsReplayed),
    interactionsNotReached: number(accounting.interactionsNotReached),
  }
}

/** What the recordings exercise, and what to record for the rest. */
export function coverageOf({ evidence }: Readonly<ChangeAssessment>) {
  return evidence.coverage.map(({ area, exercised, of, missing }) => ({
    area,
    exercised: number(exercised),
    of: number(of),
    percent: percentOf(exercised, of),
    count: counted(missing.length, 'place'),
    missing: capped(missing, SHOWN.uncovered, 'place'),
  }))
}

/** Every check, those that could not tell first. */
export function checksOf({ checks }: Readonly<ChangeAssessment>) {
  const order: readonly CheckResult['state'][] = ['errored', 'failed', 'not-applicable', 'passed']
  return checks
    .toSorted(
      (left, right) => order.indexOf(left.state) - order.indexOf(right.state) || (left.check < right.check ? -1 : 1),
    )
    .map((check) => ({
      ...check,
      icon: { passed: 'ok', failed: 'no', 'not-applicable': 'info', errored: 'unknown' }[check.state],
      state: check.state.replaceAll('-', ' '),
      findings: number(check.findings),
    }))
}

/** Where mocked API and sandbox disagree; null when only one of them answered. */
export function agreementOf({ evidence }: Readonly<ChangeAssessment>) {
  const { agreement } = evidence
  if (agreement === null) return null
  return {
    compared: number(agreement.compared),
    agreed: number(agreement.agreed),
    count: counted(agreement.disagreements.length, 'disagreement'),
    disagreements: capped(
      agreement.disagreements.map((entry) => ({
        ...entry,
        mock: comparedValue(entry.mock),
        sandbox: comparedValue(entry.sandbox),
      })),
      SHOWN.disagreements,
      'disagreement',
    ),
  }
}

/** Accepted findings. */
export function waiversOf({ waivers }: Readonly<ChangeAssessment>, link: Link) {
  return waivers.map((waiver) => ({
    ...waiver,
    ...link(waiver.fingerprint),
    expires: instant(waiver.expires),
    icon: waiver.state === 'in-force' ? 'ok' : 'warn',
    state: waiver.state.replaceAll('-', ' '),
  }))
}

/** What the decision rests on: target, artifacts by digest, sanitizing. */
export function evidenceOf({ evidence }: Readonly<ChangeAssessment>) {
  const { recording, baseline, candidate, target } = evidence
  return {
    level: EVIDENCE_LEVELS[evidence.level],
    target: { ...target, kind: { mock: 'mocked API', container: 'container', url: 'sandbox' }[target.kind] },
    artifacts: [
      {
        title: 'Recording',
        digest: recording.digest,
        about: `${recording.connector} against ${recording.erp}`,
        at: instant(recording.recordedAt),
      },
      {
        title: 'Baseline snapshot',
        digest: baseline.digest,
        about: `build ${baseline.build}`,
        at: instant(baseline.capturedAt),
      },
      ...(candidate === null
        ? []
        : [
            {
              title: 'Candidate snapshot',
              digest: candidate.digest,
              about: `build ${candidate.build}`,
              at: instant(candidate.capturedAt),
            },
          ]),
    ],
    sanitizing: recording.sanitizing.map((entry) => ({ rule: entry.rule, count: number(entry.count) })),
  }
}
