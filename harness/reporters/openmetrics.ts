import type { ChangeAssessment } from '../model/assessment.ts'
import { defineReporter } from '../ports/reporter.ts'
import { visible, visibleValue } from './rendering/visible-text.ts'

type Labels = Readonly<Record<string, string>>
type Sample = Readonly<{ labels: Labels; value: string | number }>
type Family = Readonly<{ name: string; unit?: string; help: string; samples: readonly Sample[] }>

/** OpenMetrics text for a textfile collector. Known series are there with 0, so that an alert can tell 0 from absent. */
export default defineReporter({
  title: 'OpenMetrics',
  extension: 'prom',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const common = { integration: shown.integration.id, change: shown.change.id }
    return `${familiesOf(shown)
      .filter((family) => family.samples.length > 0)
      .flatMap((family) => familyLines(family, common))
      .concat('# EOF')
      .join('\n')}\n`
  },
})

function familiesOf(assessment: Readonly<ChangeAssessment>): readonly Family[] {
  const { verdict, findings, impact, accounting, checks, notes, evidence, meta, rollback } = assessment
  const { agreement } = evidence
  const expectations = notes.flatMap((note) => note.expectations)
  const count = <Row>(rows: readonly Row[], matches: (row: Row) => boolean) => rows.filter(matches).length
  return [
    {
      name: 'change_gate_verdict',
      help: '1 for the verdict of the latest assessment, 0 for the others.',
      samples: (['go', 'conditional', 'no-go', 'undecided'] as const).map((name) => ({
        labels: { verdict: name },
        value: Number(verdict === name),
      })),
    },
    {
      name: 'change_gate_assessed_timestamp_seconds',
      unit: 'seconds',
      help: 'When the change request was assessed.',
      samples: instantSamples(meta.assessedAt),
    },
    {
      name: 'change_gate_valid_until_timestamp_seconds',
      unit: 'seconds',
      help: 'When the decision stops permitting anything. Absent when it permits nothing.',
      samples: meta.validUntil === null ? [] : instantSamples(meta.validUntil),
    },
    {
      name: 'change_gate_invoices',
      help: 'Recorded invoices that reached a stage. The stages must be equal.',
      samples: (['recorded', 'replayed', 'observed', 'compared'] as const).map((stage) => ({
        labels: { stage },
        value: accounting[stage],
      })),
    },
    {
      name: 'change_gate_findings',
      help: 'Findings by severity, loudness and status.',
      samples: (['error', 'warning', 'info'] as const).flatMap((severity) =>
        (['silent', 'loud'] as const).flatMap((loudness) =>
          (['unexpected', 'expected', 'waived'] as const).map((status) => ({
            labels: { severity, loudness, status },
            value: count(
              findings,
              (finding) => finding.severity === severity && finding.loudness === loudness && finding.status === status,
            ),
          })),
        ),
      ),
    },
    {
      name: 'change_gate_concerned_invoices',
      help: 'Invoices that findings concern if nothing is done, each counted once.',
      samples: (['silent', 'loud', 'all'] as const).map((loudness) => ({
        labels: { loudness },
        value: impact[loudness].invoices,
      })),
    },
    {
      name: 'change_gate_concerned_amount',
      help: 'Gross amount of those invoices.',
      samples: (['silent', 'loud', 'all'] as const).flatMap((loudness) =>
        impact[loudness].amounts.map((amount) => ({
          labels: { loudness, currency: amount.currency },
          value: amount.gross,
        })),
      ),
    },
    {
      name: 'change_gate_checks',
      help: 'Checks by state.',
      samples: (['passed', 'failed', 'not-applicable', 'errored'] as const).map((state) => ({
        labels: { state },
        value: count(checks, (check) => check.state === state),
      })),
    },
    {
      name: 'change_gate_expectations',
      help: 'What release notes lead us to expect, by state.',
      samples: (['met', 'unmet', 'untested'] as const).map((state) => ({
        labels: { state },
        value: count(expectations, (expectation) => expectation.state === state),
      })),
    },
    {
      name: 'change_gate_agreement_values',
      help: 'Values that mocked API and sandbox were both asked for, and on how many they agree.',
      samples:
        agreement === null
          ? []
          : [
              { labels: { result: 'compared' }, value: agreement.compared },
              { labels: { result: 'agreed' }, value: agreement.agreed },
            ],
    },
    {
      name: 'change_gate_rollback_seconds',
      unit: 'seconds',
      help: 'How long the way back takes.',
      samples: [{ labels: {}, value: rollback.totalMinutes * 60 }],
    },
  ]
}

function instantSamples(instant: string): readonly Sample[] {
  const milliseconds = Date.parse(instant)
  return Number.isFinite(milliseconds) ? [{ labels: {}, value: (milliseconds / 1000).toFixed(3) }] : []
}

function familyLines(family: Family, common: Labels): readonly string[] {
  return [
    `# TYPE ${family.name} gauge`,
    ...(family.unit === undefined ? [] : [`# UNIT ${family.name} ${family.unit}`]),
    `# HELP ${family.name} ${family.help}`,
    ...family.samples.map(({ labels, value }) => `${family.name}{${labelText({ ...common, ...labels })}} ${value}`),
  ]
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${visible(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
    .join(',')
}
