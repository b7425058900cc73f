import type { ChangeAssessment, ConnectorTested, ControlTotal, Extent, Verdict } from '../../model/assessment.ts'
import type { Finding } from '../../model/finding.ts'

/** How a verdict is written for people, and what it tells them to do. */
export const VERDICTS: Readonly<Record<Verdict, Readonly<{ word: string; advice: string }>>> = {
  go: { word: 'GO', advice: 'Install it in the planned window.' },
  conditional: { word: 'CONDITIONAL', advice: 'Install it only if the conditions below hold.' },
  'no-go': { word: 'NO-GO', advice: 'Do not install it in the planned window.' },
  undecided: { word: 'UNDECIDED', advice: 'Do not install it: the evidence does not allow an answer.' },
}

/** How an evidence level is written for people. */
export const EVIDENCE_LEVELS: Readonly<Record<ChangeAssessment['evidence']['level'], string>> = {
  live: 'live: a real ERP of the target release answered',
  recorded: "recorded: the mocked API answered from the release's snapshot",
  schema: 'schema: the mocked API answered from schema and value lists only',
  none: 'none: nothing answered',
}

/** What happened to a finding when the plan was applied. */
export const WITH_PLAN: Readonly<Record<Finding['withPlan'], string>> = {
  gone: 'gone with plan',
  'still-there': 'still there with plan',
  'not-replayed': 'not replayed with plan',
}

/** A count with its noun: `1 invoice`, `2 invoices`. */
export function counted(count: number, noun: string): string {
  return `${grouped(String(count))} ${noun}${count === 1 ? '' : 's'}`
}

/** Digits in groups of three, as ISO 80000 writes them: `141 308.43`. The space is the given one. */
export function grouped(amount: string, space = ' '): string {
  const [whole = '', fraction] = amount.split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, space)
  return fraction === undefined ? groups : `${groups}.${fraction}`
}

/** Amounts by currency in the order of their codes: `EUR 1 440.00, USD 418.27`. */
export function amounts(byCurrency: Readonly<Record<string, string>>, space = ' '): readonly string[] {
  return Object.keys(byCurrency)
    .sort()
    .map((currency) => `${currency} ${grouped(byCurrency[currency] ?? '', space)}`)
}

/** Money of an extent, currencies without any left out: `EUR 118 431.33 (81.6%)`. */
export function extentAmounts(extent: Readonly<Extent>, space = ' '): readonly string[] {
  return extent.amounts
    .filter((amount) => amount.invoices > 0)
    .map((amount) => `${amount.currency} ${grouped(amount.gross, space)} (${amount.percent}%)`)
}

const SEVERITY_ORDER = ['error', 'warning', 'info']
const RELEVANCE_ORDER = ['used', 'mapped', 'not-used']

/** Findings with the worst first: what weighs more, then what is not handled, then what touches more invoices. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (left, right) =>
      SEVERITY_ORDER.indexOf(left.severity) - SEVERITY_ORDER.indexOf(right.severity) ||
      RELEVANCE_ORDER.indexOf(left.relevance) - RELEVANCE_ORDER.indexOf(right.relevance) ||
      Number(isHandled(left)) - Number(isHandled(right)) ||
      right.invoices.length - left.invoices.length ||
      (left.fingerprint < right.fingerprint ? -1 : 1),
  )
}

/** Whether a finding is waived, or announced and gone when the plan is applied. Expected is not harmless. */
export function isHandled(finding: Readonly<Finding>): boolean {
  return finding.status === 'waived' || (finding.status === 'expected' && finding.withPlan === 'gone')
}

/** Whether a finding is only for information: nothing that the recorded exports depend on. */
export function isInformation(finding: Readonly<Finding>): boolean {
  return finding.severity === 'info'
}

/** How a finding was announced and handled, in a few words. */
export function handling(finding: Readonly<Finding>): string {
  if (finding.status === 'unexpected') return 'unexpected'
  if (finding.status === 'waived') return 'waived'
  return `expected, ${WITH_PLAN[finding.withPlan]}`
}

/** How far the minutes of a rollback step can be trusted: `rehearsed on 2026-11-24`, or `estimate`. */
export function timingWords(step: Readonly<ChangeAssessment['rollback']['steps'][number]>): string {
  if (step.timing === 'estimate') return 'estimate'
  return step.rehearsedOn === undefined ? 'rehearsed' : `rehearsed on ${step.rehearsedOn}`
}

/** What a row of control totals is of: the currency, the period, and the company where there are several. */
export function totalName(total: Readonly<ControlTotal>, all: readonly ControlTotal[]): string {
  const several = new Set(all.map((other) => other.entity)).size > 1
  const known = all.some((other) => other.period !== '')
  const period = total.period === '' ? (known ? 'not booked' : '') : total.period
  return [total.currency, period, several ? total.entity : ''].filter((part) => part !== '').join(' ')
}

/** The gate's own score in one sentence, and that it is of another recording when it is. */
export function drillText(drill: NonNullable<ChangeAssessment['evidence']['drill']>): string {
  const score = `this recording set would have caught ${drill.killed} of ${drill.breaking} defects, and raised ${drill.benign - drill.benignLetThrough} of ${drill.benign} harmless changes`
  return drill.state === 'current'
    ? score
    : `STALE, of another recording: it would have caught ${drill.killed} of ${drill.breaking} defects; run change-gate drill again`
}

/** What the recordings exercise, in one sentence. */
export function coverageText(coverage: ChangeAssessment['evidence']['coverage']): string {
  return coverage.map(({ area, exercised, of }) => `${area} ${exercised} of ${of}`).join(', ')
}

/** How the run of a connector ended, in words. */
export function endOfConnector({ ended, status }: Pick<ConnectorTested, 'ended' | 'status'>): string {
  switch (ended) {
    case 'ended':
      return `by itself, exit status ${status ?? 'unknown'}`
    case 'out-of-time':
      return 'by the gate: it was not done in its time'
    case 'never-ready':
      return 'by the gate: it was never ready'
    case 'signal':
      return 'by a signal'
  }
}

/** What became of a failure that a connector was tried with, in words. */
export const FAILURE_STATES: Readonly<Record<ConnectorTested['failures'][number]['state'], string>> = {
  handled: 'handled',
  'not-handled': 'not handled',
  'not-run': 'not run',
}

/** How many failures a connector handled, and which it did not. */
export function failuresText(failures: ConnectorTested['failures']): string {
  if (failures.length === 0) return 'not tried with failures of the ERP'
  const handled = failures.filter(({ state }) => state === 'handled').length
  const others = failures.filter(({ state }) => state !== 'handled')
  const named = others.map(({ failure, state }) => `${failure} ${FAILURE_STATES[state]}`).join(', ')
  return `${handled} of ${counted(failures.length, 'failure')} of the ERP handled${named === '' ? '' : `; ${named}`}`
}
