import { instant } from '../base/instant.ts'
import type { ChangeAssessment, ControlTotal, Extent, Reason } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { defineReporter } from '../ports/reporter.ts'
import { openNotes } from './rendering/open-notes.ts'
import { visibleValue } from './rendering/visible-text.ts'
import {
  amounts,
  counted,
  coverageText,
  drillText,
  EVIDENCE_LEVELS,
  endOfConnector,
  extentAmounts,
  failuresText,
  grouped,
  handling,
  isInformation,
  totalName,
  VERDICTS,
  worstFirst,
} from './rendering/words.ts'

const WIDTH = 118
const REASONS_SHOWN = 4
const FINDINGS_SHOWN = { silent: 3, loud: 2 }
const NOTES_SHOWN = 3
const NOT_COMPARED_SHOWN = 3
const CURRENCIES_SHOWN = 4

/** What the terminal shows: the verdict and why first, and nothing left out without saying how much. */
export default defineReporter({
  title: 'Summary for a terminal',
  extension: 'txt',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const blocks = [
      headerOf(shown),
      conditionsOf(shown),
      reasonsOf(shown),
      countsOf(shown),
      findingsOf(shown),
      [...notesOf(shown), ...connectorOf(shown), ...confidenceOf(shown), ...wayBackOf(shown)],
    ]
    return `${blocks
      .filter((block) => block.length > 0)
      .map((block) => block.map((line) => line.replaceAll('\n', '⏎').trimEnd()).join('\n'))
      .join('\n\n')}\n`
  },
})

function headerOf({ verdict, change, integration, meta }: Readonly<ChangeAssessment>): readonly string[] {
  const { word, advice } = VERDICTS[verdict]
  const validity = meta.validUntil === null ? '' : ` Valid until ${instant(meta.validUntil)}.`
  return [
    ...wrapped(`${word}  `, `${change.id} ${change.title}. ${advice}${validity}`),
    ...wrapped(
      '  ',
      `${integration.title}: ${change.from} → ${change.to}. Window ${instant(change.window.start)} to ${instant(change.window.end)}`,
    ),
  ]
}

function conditionsOf({ conditions }: Readonly<ChangeAssessment>): readonly string[] {
  if (conditions.length === 0) return []
  return ['Conditions', ...conditions.flatMap((condition) => wrapped('  [ ] ', condition))]
}

function reasonsOf({ reasons }: Readonly<ChangeAssessment>): readonly string[] {
  if (reasons.length === 0) return []
  return [
    'Why, and who acts',
    ...reasons.slice(0, REASONS_SHOWN).flatMap((reason, index) => reasonLines(reason, index + 1)),
    ...more(reasons.length - REASONS_SHOWN, 'reason'),
  ]
}

function reasonLines(reason: Readonly<Reason>, number: number): readonly string[] {
  const who = `${LANE_TITLES[reason.lane]}: ${reason.contact}, answers within ${reason.respondWithinHours} h (${reason.code})${disputeOf(reason)}`
  return [...wrapped(`  ${number}. `, reason.text), ...wrapped('     → ', who)]
}

/** A finding that two lanes could push at each other names the person who decides. */
function disputeOf({ disputed }: Readonly<Reason>): string {
  return disputed === undefined ? '' : `; if it says it is ${LANE_TITLES[disputed.with]}'s, ${disputed.decides} decides`
}

function countsOf({ accounting, controlTotals }: Readonly<ChangeAssessment>): readonly string[] {
  const { recorded, replayed, observed, compared, reconciles } = accounting
  const sign = reconciles ? '=' : '/'
  const worst = controlTotals.toSorted((left, right) => Number(left.reconciles) - Number(right.reconciles))
  return [
    ...wrapped(
      'Invoices   ',
      `${recorded} recorded ${sign} ${replayed} replayed ${sign} ${observed} observed ${sign} ${compared} compared${reconciles ? '' : '  DOES NOT RECONCILE'}; ${counted(accounting.interactionsNotReached, 'request')} not reached after a refusal`,
    ),
    ...worst.slice(0, CURRENCIES_SHOWN).flatMap((total) => controlTotalLine(total, controlTotals)),
    ...more(controlTotals.length - CURRENCIES_SHOWN, 'control total'),
  ]
}

function controlTotalLine(total: Readonly<ControlTotal>, all: readonly ControlTotal[]): readonly string[] {
  const cell = (totals: ControlTotal['recorded']) => `${grouped(totals.gross)} in ${totals.documents}`
  const { recorded, accepted, stored } = total
  return wrapped(
    `Total ${totalName(total, all)}  `,
    `recorded ${cell(recorded)}, accepted ${cell(accepted)}, stored ${cell(stored)}: ${total.reconciles ? 'equal' : 'DIFFERENT'}`,
  )
}

function findingsOf({ findings, impact }: Readonly<ChangeAssessment>): readonly string[] {
  if (findings.length === 0) return ['Findings   none: every invoice came out as it did in the baseline']
  return [
    ...groupLines('Silent', findings, 'silent', impact.silent, impact.recordedInvoices),
    ...groupLines('Loud', findings, 'loud', impact.loud, impact.recordedInvoices),
    ...informationLines(findings.filter(isInformation).length),
  ]
}

function groupLines(
  title: string,
  findings: readonly Finding[],
  loudness: Finding['loudness'],
  extent: Readonly<Extent>,
  recorded: number,
): readonly string[] {
  const group = worstFirst(findings.filter((finding) => finding.loudness === loudness && !isInformation(finding)))
  const money = extentAmounts(extent)
  const touched = `${counted(group.length, 'finding')}, ${extent.invoices} of ${counted(recorded, 'invoice')}`
  return [
    ...wrapped(`${title.padEnd(9)}  `, [touched, ...money].join(', ')),
    ...group.slice(0, FINDINGS_SHOWN[loudness]).flatMap(findingLines),
    ...more(group.length - FINDINGS_SHOWN[loudness], 'finding'),
  ]
}

function informationLines(count: number): readonly string[] {
  return count > 0 ? [`Besides    ${counted(count, 'finding')} for information, see the report`] : []
}

function findingLines(finding: Readonly<Finding>): readonly string[] {
  const money = amounts(finding.amounts)
  const touched = [counted(finding.invoices.length, 'invoice'), ...money].join(', ')
  return wrapped(
    `  ${finding.severity.padEnd(7)}  ${finding.fingerprint}  `,
    `${finding.check} ${finding.resource}${finding.pointer}: ${touched}; ${handling(finding)}`,
  )
}

function notesOf({ notes }: Readonly<ChangeAssessment>): readonly string[] {
  const expectations = notes.flatMap((note) => note.expectations)
  const inState = (state: string) => expectations.filter((expectation) => expectation.state === state).length
  const undecided = notes.filter((note) => note.affectsUs === 'undecided')
  const open = openNotes(notes).map(({ id, state, text }) => `${id} ${state}: ${text}`)
  return [
    `Notes      ${notes.length} release note ${notes.length === 1 ? 'entry' : 'entries'}: expectations ${inState('met')} met, ${inState('unmet')} unmet, ${inState('untested')} untested; ${undecided.length} undecided`,
    ...open.slice(0, NOTES_SHOWN).flatMap((line) => wrapped('  ', line)),
    ...more(open.length - NOTES_SHOWN, 'entry', 'entries'),
  ]
}

function connectorOf({ connector }: Readonly<ChangeAssessment>): readonly string[] {
  if (connector === undefined) return []
  return wrapped(
    'Connector  ',
    `run against ${connector.erpRelease}; ended ${endOfConnector(connector)}; reported ${connector.reported} of ${counted(connector.given, 'invoice')}; ${failuresText(connector.failures)}`,
  )
}

function confidenceOf({ evidence, checks }: Readonly<ChangeAssessment>): readonly string[] {
  const { agreement, notCompared, coverage, drill } = evidence
  const errored = checks.filter((check) => check.state === 'errored')
  return [
    `Evidence   ${EVIDENCE_LEVELS[evidence.level]} (${evidence.target.environment}, build ${evidence.target.build})`,
    agreement === null
      ? 'Agreement  not measured: only one of mocked API and sandbox answered'
      : `Agreement  mocked API and sandbox agree on ${grouped(String(agreement.agreed))} of ${counted(agreement.compared, 'value')}${agreement.disagreements.length === 0 ? '' : `; ${counted(agreement.disagreements.length, 'disagreement')}, see the report`}`,
    ...errored.flatMap((check) => wrapped('Errored    ', `${check.check}: ${check.reason ?? 'no reason given'}`)),
    ...(drill === null ? [] : wrapped('Drill      ', drillText(drill))),
    ...(coverage.length === 0 ? [] : wrapped('Coverage   ', coverageText(coverage))),
    ...wrapped('Left out   ', notCompared.length === 0 ? 'nothing' : leftOut(notCompared)),
  ]
}

function leftOut(notCompared: ChangeAssessment['evidence']['notCompared']): string {
  const listed = notCompared.slice(0, NOT_COMPARED_SHOWN).map((entry) => `${entry.count} × ${entry.what}`)
  const others = notCompared.length - NOT_COMPARED_SHOWN
  return [...listed, ...(others > 0 ? [`and ${others} more`] : [])].join('; ').concat('; why: see the report')
}

function wayBackOf({ rollback }: Readonly<ChangeAssessment>): readonly string[] {
  const rehearsed = rollback.steps.filter((step) => step.timing === 'rehearsed').length
  const [first, ...others] = rollback.pointOfNoReturn
  return [
    `Way back   ${counted(rollback.steps.length, 'step')} (${rehearsed} rehearsed), ${counted(rollback.totalMinutes, 'minute')}; ${rollback.decider} decides by ${instant(rollback.decideBy)}`,
    ...(first === undefined
      ? ['  No point of no return is known.']
      : wrapped(
          '  ',
          `Point of no return: ${first.text}${first.by === null ? '' : ` (${instant(first.by)})`}${others.length === 0 ? '' : ` And ${others.length} more, see the report.`}`,
        )),
  ]
}

/** Says how many were left out; nothing when none were. */
function more(count: number, noun: string, plural = `${noun}s`): readonly string[] {
  return count > 0 ? [`  and ${count} more ${count === 1 ? noun : plural}, see the report`] : []
}

/** Breaks a text at spaces; lines after the first are indented to the end of the label. */
function wrapped(label: string, text: string): readonly string[] {
  const indent = ' '.repeat(label.length)
  const lines: string[] = []
  let line = label
  // An amount stays on one line with its currency: what would break it is made unbreakable while lines are filled.
  const whole = text
    .replace(/(\d) (?=\d{3}\b)/g, `$1${JOINED}`)
    .replace(/\b([A-Z]{3}) (?=\d)|(\d) (?=%)/g, `$1$2${JOINED}`)
  for (const word of whole.split(' ')) {
    const empty = line === label || line === indent
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = indent + word
    } else {
      line = empty ? line + word : `${line} ${word}`
    }
  }
  return [...lines, line].map((filled) => filled.replaceAll(JOINED, ' '))
}

/** Stands for a space at which no line may break. */
const JOINED = '\u00a0'
