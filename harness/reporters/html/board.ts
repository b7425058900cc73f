import { instant } from '../../base/instant.ts'
import type { ChangeAssessment, Extent } from '../../model/assessment.ts'
import type { CheckResult } from '../../model/finding.ts'
import { LEFT_OUT_AS_NOISE } from '../../model/noise.ts'
import { counted, drillText, EVIDENCE_LEVELS, grouped, VERDICTS } from '../rendering/words.ts'
import { capped, number, SHOWN, SPACE, shortened } from './cells.ts'

/** The band on top: the word, what to do, and what it permits. */
export function verdictOf({ verdict, reasons, meta }: Readonly<ChangeAssessment>) {
  return {
    id: verdict,
    ...VERDICTS[verdict],
    codes: [...new Set(reasons.map((reason) => reason.code))],
    permits: meta.validUntil === null ? 'nothing' : `installing until ${instant(meta.validUntil)}`,
  }
}

/** Which change request this is, short enough for page one. */
export function changeOf({ change, integration, evidence, meta }: Readonly<ChangeAssessment>) {
  return {
    ...change,
    kind: change.kind === 'erp-update' ? 'ERP update' : 'connector release',
    start: instant(change.window.start),
    end: instant(change.window.end),
    shortTitle: shortened(change.title, 110),
    integration: shortened(integration.title, 100),
    erp: integration.erp,
    connector: shortened(integration.connector, 60),
    environment: evidence.target.environment,
    assessedAt: instant(meta.assessedAt),
  }
}

/** Invoices, suppliers and money that the candidate would touch. */
export function impactOf({ impact, controlTotals }: Readonly<ChangeAssessment>) {
  const companies = namesOf(controlTotals)
  const differing = namesOf(controlTotals.filter(({ reconciles }) => !reconciles))
  const { all, loud, silent } = impact
  const rows = all.amounts.map((amount) => ({
    currency: amount.currency,
    silent: grossIn(silent, amount.currency),
    loud: grossIn(loud, amount.currency),
    all: grouped(amount.gross, SPACE),
    recorded: grouped(amount.recorded, SPACE),
    percent: amount.percent,
    /** Width of the bar, out of 100. */
    width: amount.percent,
  }))
  return {
    any: all.findings > 0,
    invoices: number(all.invoices),
    recordedInvoices: number(impact.recordedInvoices),
    suppliers: number(all.suppliers),
    recordedSuppliers: number(impact.recordedSuppliers),
    /** Companies whose control totals differ; null where the ERP does not say which there are. */
    companies:
      companies.length === 0
        ? null
        : `${differing.length} of ${companies.length} ${companies.length === 1 ? 'company' : 'companies'}`,
    silent: { invoices: number(silent.invoices), findings: number(silent.findings) },
    loud: { invoices: number(loud.invoices), findings: number(loud.findings) },
    rows: capped(rows, SHOWN.currencies, 'currency', 'currencies'),
  }
}

function namesOf(totals: ChangeAssessment['controlTotals']): readonly string[] {
  return [...new Set(totals.map(({ entity }) => entity))].filter((entity) => entity !== '')
}

function grossIn(extent: Readonly<Extent>, currency: string): string {
  return grouped(extent.amounts.find((amount) => amount.currency === currency)?.gross ?? '0', SPACE)
}

/** What the verdict rests on; `ok` is null where there is nothing to judge. */
export function confidenceOf({
  evidence,
  accounting,
  checks,
  waivers,
  meta,
  leftBehind,
  ...rest
}: Readonly<ChangeAssessment>) {
  const { recording, baseline, candidate, target, agreement, notCompared, coverage, drill } = evidence
  const [level = '', explained = ''] = EVIDENCE_LEVELS[evidence.level].split(': ')
  const { recorded, replayed, observed, compared, reconciles } = accounting
  const inState = (state: CheckResult['state']) => checks.filter((check) => check.state === state).length
  const errored = inState('errored')
  const row = (term: string, text: string, ok: boolean | null = null) => ({ term, text: shortened(text, 90), ok })
  const noise = notCompared.filter(({ why }) => why.startsWith(LEFT_OUT_AS_NOISE))
  return [
    row('Evidence', `${level}: ${explained}`, evidence.level === 'live' ? true : null),
    row('Target', `${target.environment}, build ${target.build}`),
    row('Recording', `${agedFrom(recording.recordedAt, meta.assessedAt)}; ${recording.erp}`),
    row(
      'Snapshots',
      [
        `baseline of ${agedFrom(baseline.capturedAt, meta.assessedAt)}`,
        ...(candidate === null ? [] : [`candidate of ${agedFrom(candidate.capturedAt, meta.assessedAt)}`]),
      ].join('; '),
    ),
    row(
      'Counts',
      `${number(recorded)} recorded, ${number(replayed)} replayed, ${number(observed)} observed, ${number(compared)} compared`,
      reconciles,
    ),
    row(
      'Control totals',
      rest.controlTotals.every((total) => total.reconciles) ? 'equal in every currency' : 'different, see below',
      rest.controlTotals.every((total) => total.reconciles),
    ),
    agreement === null
      ? row('Agreement', 'not measured: only one of mock and sandbox answered')
      : row(
          'Agreement',
          `${number(agreement.agreed)} of ${number(agreement.compared)} values: mock = sandbox`,
          agreement.disagreements.length === 0,
        ),
    row(
      'Checks',
      `${inState('passed')} passed, ${inState('failed')} failed, ${inState('not-applicable')} not applicable, ${errored} errored`,
      errored === 0 ? null : false,
    ),
    ...(drill === null
      ? []
      : [row('Drill', drillText(drill), drill.state === 'current' && drill.benign === drill.benignLetThrough)]),
    ...(coverage.length === 0
      ? []
      : [
          row(
            'Coverage',
            `${counted(
              coverage.reduce((sum, { missing }) => sum + missing.length, 0),
              'place',
            )} that no recorded invoice exercises, see below`,
          ),
        ]),
    row(
      'Not compared',
      notCompared.length === 0 ? 'nothing was left out' : `${counted(notCompared.length, 'kind')} of places, see below`,
    ),
    row(
      'Noise',
      noise.length === 0
        ? 'nothing is left out as noise'
        : `${counted(
            noise.reduce((sum, { count }) => sum + count, 0),
            'difference',
          )} left out by ${counted(noise.length, 'rule')}`,
    ),
    row('Waivers', waiverSummary(waivers)),
    ...(leftBehind.length === 0
      ? []
      : [row('Left behind', `${counted(leftBehind.length, 'document')} in the target`, false)]),
  ]
}

function waiverSummary(waivers: ChangeAssessment['waivers']): string {
  if (waivers.length === 0) return 'none'
  const states = [...new Set(waivers.map((waiver) => waiver.state))].sort()
  return states
    .map((state) => `${waivers.filter((waiver) => waiver.state === state).length} ${state.replaceAll('-', ' ')}`)
    .join(', ')
}

/** The day of an instant, and how old it was when the change was assessed. */
function agedFrom(text: string, assessedAt: string): string {
  const days = daysBetween(text, assessedAt)
  return `${text.slice(0, 10)}${days === null ? '' : days === 0 ? ', the same day' : `, ${counted(days, 'day')} before`}`
}

/** Whole days between two instants; null when one is not an instant. */
function daysBetween(earlier: string, later: string): number | null {
  const distance = Date.parse(later) - Date.parse(earlier)
  return Number.isFinite(distance) ? Math.floor(distance / 86_400_000) : null
}

/** Who signs, and for what. */
export function approvalsOf({ change, owners }: Readonly<ChangeAssessment>) {
  const { requester, developer, tester, approver } = change.people
  const row = (role: string, person: string, signs: string) => ({ role, person: shortened(person, 60), signs })
  return [
    row('Requester', requester, 'asked for it'),
    row('Developer', developer, 'built it'),
    row('Tester', tester, 'tested it'),
    row('Accountable', owners.accountable, 'answers for the integration'),
    row('Change authority', approver, 'decides'),
  ]
}
