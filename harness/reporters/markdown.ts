import { instant } from '../base/instant.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { defineReporter } from '../ports/reporter.ts'
import { openNotes } from './rendering/open-notes.ts'
import { visible, visibleValue } from './rendering/visible-text.ts'
import {
  amounts,
  counted,
  EVIDENCE_LEVELS,
  extentAmounts,
  failuresText,
  grouped,
  handling,
  isInformation,
  VERDICTS,
  worstFirst,
} from './rendering/words.ts'

/** A comment on GitHub holds 65,536 characters, a step summary 1 MiB; beyond it all is lost, so the smaller one counts. */
const LIMIT = 60_000
const REASONS_SHOWN = 20
const FINDINGS_SHOWN = 100
const TEXT_SHOWN = 400

const SIGNS = { go: '✅', conditional: '⚠️', 'no-go': '⛔', undecided: '❔' } as const

/** A summary for a pull request or a step, the worst first, within GitHub's limits. */
export default defineReporter({
  title: 'Markdown summary',
  extension: 'md',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const fixed = [headOf(shown), reasonsOf(shown), impactOf(shown), confidenceOf(shown), wayBackOf(shown)]
    const room = LIMIT - fixed.join('\n\n').length
    const [first = '', second = '', third = '', ...others] = fixed
    return `${[first, second, third, findingsOf(shown, room), ...others].filter((part) => part !== '').join('\n\n')}\n`
  },
})

function headOf({ verdict, change, integration, conditions, meta }: Readonly<ChangeAssessment>): string {
  const { word, advice } = VERDICTS[verdict]
  const validity = meta.validUntil === null ? '' : ` Valid until ${instant(meta.validUntil)}.`
  return [
    `## ${SIGNS[verdict]} ${word}: ${text(change.id)} ${text(change.title)}`,
    '',
    `**${advice}**${validity} ${text(integration.title)}, ${text(change.from)} → ${text(change.to)}, window ${instant(change.window.start)} to ${instant(change.window.end)}.`,
    ...(conditions.length === 0
      ? []
      : ['', '### Conditions', '', ...conditions.map((condition) => `- [ ] ${text(condition)}`)]),
  ].join('\n')
}

function reasonsOf({ reasons }: Readonly<ChangeAssessment>): string {
  if (reasons.length === 0) return ''
  return [
    '### Why, and who acts',
    '',
    ...reasons
      .slice(0, REASONS_SHOWN)
      .map(
        (reason, index) =>
          `${index + 1}. ${text(reason.text)} (${code(reason.code)})<br>**${LANE_TITLES[reason.lane]}**: ${text(reason.contact)}, answers within ${reason.respondWithinHours} h`,
      ),
    ...more(reasons.length - REASONS_SHOWN, 'reason'),
  ].join('\n')
}

function impactOf({ impact, accounting }: Readonly<ChangeAssessment>): string {
  const { recorded, replayed, observed, compared, reconciles } = accounting
  const gross = (extent: ChangeAssessment['impact']['all'], currency: string) =>
    grouped(extent.amounts.find((amount) => amount.currency === currency)?.gross ?? '0')
  return [
    '### Business impact if nothing is done',
    '',
    `**${impact.all.invoices} of ${counted(impact.recordedInvoices, 'invoice')}**, ${impact.all.suppliers} of ${counted(impact.recordedSuppliers, 'supplier')}: ${impact.silent.invoices} silently wrong, ${impact.loud.invoices} refused.`,
    '',
    '| Currency | Concerned | Share | Silent | Loud |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...impact.all.amounts.map(
      ({ currency, gross: all, percent }) =>
        `| ${text(currency)} | ${grouped(all)} | ${percent}% | ${gross(impact.silent, currency)} | ${gross(impact.loud, currency)} |`,
    ),
    '',
    `${reconciles ? '✅' : '❌'} ${recorded} invoices recorded, ${replayed} replayed, ${observed} observed, ${compared} compared.`,
  ].join('\n')
}

function findingsOf({ findings, impact }: Readonly<ChangeAssessment>, room: number): string {
  if (findings.length === 0) return '### Findings\n\nNone.'
  const weighing = worstFirst(findings.filter((finding) => !isInformation(finding)))
  const head = [
    '### Findings, the worst first',
    '',
    `Silent: ${[counted(impact.silent.invoices, 'invoice'), ...extentAmounts(impact.silent)].join(', ')}. Loud: ${[counted(impact.loud.invoices, 'invoice'), ...extentAmounts(impact.loud)].join(', ')}.`,
    '',
    '| | Finding | What | Invoices | Owner | Status |',
    '| --- | --- | --- | ---: | --- | --- |',
  ]
  const rows: string[] = []
  let length = head.join('\n').length + 200
  for (const finding of weighing.slice(0, FINDINGS_SHOWN)) {
    const row = findingRow(finding)
    length += row.length + 1
    if (length > room) break
    rows.push(row)
  }
  return [
    ...head,
    ...rows,
    ...more(weighing.length - rows.length, 'finding'),
    ...more(findings.length - weighing.length, 'finding', ' for information'),
  ].join('\n')
}

function findingRow(finding: Readonly<Finding>): string {
  const money = amounts(finding.amounts).join(', ')
  return `| ${finding.severity}, ${finding.loudness} | ${code(finding.fingerprint)} ${code(finding.check)} | ${text(finding.message)} | ${finding.invoices.length}${money === '' ? '' : `: ${text(money)}`} | ${LANE_TITLES[finding.lane]} | ${handling(finding)} |`
}

function confidenceOf({ evidence, notes, connector }: Readonly<ChangeAssessment>): string {
  const { agreement, notCompared } = evidence
  const expectations = notes.flatMap((note) => note.expectations)
  const inState = (state: string) => expectations.filter((expectation) => expectation.state === state).length
  const open = openNotes(notes)
  return [
    '### How far to trust this',
    '',
    ...(connector === undefined
      ? []
      : [`- Connector run against ${text(connector.erpRelease)}: ${text(failuresText(connector.failures))}`]),
    `- Evidence ${text(EVIDENCE_LEVELS[evidence.level])} (${text(evidence.target.environment)}, build ${text(evidence.target.build)})`,
    `- Release note expectations: ${inState('met')} met, ${inState('unmet')} unmet, ${inState('untested')} untested; ${notes.filter((note) => note.affectsUs === 'undecided').length} undecided`,
    ...open.slice(0, REASONS_SHOWN).map((note) => `  - ${code(note.id)} **${note.state}**: ${text(note.text)}`),
    ...more(open.length - REASONS_SHOWN, 'open note'),
    agreement === null
      ? '- Agreement of mocked API and sandbox: not measured'
      : `- Mocked API and sandbox agree on ${grouped(String(agreement.agreed))} of ${counted(agreement.compared, 'value')}`,
    ...notCompared
      .slice(0, REASONS_SHOWN)
      .map((entry) => `- Not compared: ${entry.count} × ${text(entry.what)}, ${text(entry.why)}`),
    ...more(notCompared.length - REASONS_SHOWN, 'kind', ' not compared'),
  ].join('\n')
}

function wayBackOf({ rollback }: Readonly<ChangeAssessment>): string {
  return [
    '### Way back',
    '',
    `${counted(rollback.steps.length, 'step')}, ${counted(rollback.totalMinutes, 'minute')}; ${text(rollback.decider)} decides by **${instant(rollback.decideBy)}**. Go back when: ${text(rollback.trigger)}`,
    ...rollback.pointOfNoReturn
      .slice(0, REASONS_SHOWN)
      .map(
        (point) => `- **Point of no return**${point.by === null ? '' : ` ${instant(point.by)}`}: ${text(point.text)}`,
      ),
    ...more(rollback.pointOfNoReturn.length - REASONS_SHOWN, 'point', ' of no return'),
  ].join('\n')
}

function more(count: number, noun: string, about = ''): readonly string[] {
  return count > 0
    ? ['', `and ${grouped(String(count))} more ${noun}${count === 1 ? '' : 's'}${about}, see the report`]
    : []
}

/** Text in which nothing is Markdown, HTML, a mention, a reference or a link; too long a text ends in dots. */
function text(given: string): string {
  const line = visible(given)
  const kept = line.length <= TEXT_SHOWN ? line : `${line.slice(0, TEXT_SHOWN).replace(/[\ud800-\udbff]$/, '')} …`
  return kept
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#|~$]/g, '\\$&')
    .replace(/@|(?<=\\)#(?=\d)|:(?=\/\/)|(?<=www)\./gi, '$&<!-- -->')
}

/** Inline code; our own ids hold no backtick, and none may come in. */
function code(given: string): string {
  return `\`${visible(given).replaceAll('`', "'").replaceAll('|', '\\|')}\``
}
