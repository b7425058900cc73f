import { instant } from '../base/instant.ts'
import { canonicalJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import { defineReporter } from '../ports/reporter.ts'
import { visibleValue } from './rendering/visible-text.ts'
import { counted, EVIDENCE_LEVELS, extentAmounts, timingWords, VERDICTS } from './rendering/words.ts'

/** Lengths that a change request of ServiceNow keeps. Longer texts would be cut by it without a word. */
const SHORT = 160
const LONG = 4_000

/** Values for the columns of a ServiceNow `change_request`, to be sent by whoever may write there. */
export default defineReporter({
  title: 'ServiceNow change request',
  extension: 'json',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const { change, verdict } = shown
    const { word, advice } = VERDICTS[verdict]
    const fields = {
      short_description: shortened(`${word}: ${change.id} ${change.title}`),
      description: fitting([
        `${word}. ${advice}`,
        `${shown.integration.title}: ${change.from} to ${change.to}.`,
        ...shown.conditions.map((condition) => `Condition: ${condition}`),
      ]),
      type: change.type,
      justification: fitting([
        `Rehearsed by ${shown.meta.harness} at ${instant(shown.meta.assessedAt)}.`,
        ...shown.reasons.map(
          (reason) =>
            `${reason.text} (${reason.code}) ${LANE_TITLES[reason.lane]}: ${reason.contact}, answers within ${reason.respondWithinHours} h.`,
        ),
      ]),
      implementation_plan: fitting([
        `Window: ${instant(change.window.start)} to ${instant(change.window.end)}.`,
        ...shown.notes.flatMap((note) => note.plan.map((step) => `${note.id}: ${step}`)),
        ...shown.installation.map(
          ({ action, owner, verify }, index) => `${index + 1}. ${action} (${LANE_TITLES[owner]}) Verify: ${verify}`,
        ),
      ]),
      risk_impact_analysis: fitting(impactLines(shown)),
      backout_plan: fitting(rollbackLines(shown)),
      test_plan: fitting(evidenceLines(shown)),
      start_date: serviceNowInstant(change.window.start),
      end_date: serviceNowInstant(change.window.end),
      cab_recommendation: shortened(`${word}: ${advice}`),
    }
    return `${canonicalJson(toJson(fields), 2)}\n`
  },
})

function impactLines({ impact }: Readonly<ChangeAssessment>): readonly string[] {
  const line = (title: string, extent: ChangeAssessment['impact']['all']) =>
    `${title}: ${[`${extent.invoices} of ${counted(impact.recordedInvoices, 'recorded invoice')}`, `${extent.suppliers} of ${counted(impact.recordedSuppliers, 'supplier')}`, ...extentAmounts(extent)].join(', ')}.`
  return [
    line('If nothing is done', impact.all),
    line('Silently wrong, found at close', impact.silent),
    line('Refused at once', impact.loud),
  ]
}

function rollbackLines({ rollback }: Readonly<ChangeAssessment>): readonly string[] {
  return [
    `Go back when: ${rollback.trigger}`,
    `${rollback.decider} decides by ${instant(rollback.decideBy)}; ${counted(rollback.totalMinutes, 'minute')}.`,
    ...rollback.pointOfNoReturn.map(
      (point) => `Point of no return${point.by === null ? '' : ` ${instant(point.by)}`}: ${point.text}`,
    ),
    ...rollback.steps.map(
      (step, index) =>
        `${index + 1}. ${step.action} (${LANE_TITLES[step.owner]}, ${step.minutes} min, ${timingWords(step)}) Expected: ${step.expected} Verify: ${step.verify}`,
    ),
  ]
}

function evidenceLines({ evidence, accounting, notes, checks }: Readonly<ChangeAssessment>): readonly string[] {
  const expectations = notes.flatMap((note) => note.expectations)
  const inState = (state: string) => expectations.filter((expectation) => expectation.state === state).length
  return [
    `Evidence: ${EVIDENCE_LEVELS[evidence.level]} (${evidence.target.environment}, build ${evidence.target.build}).`,
    `Invoices: ${accounting.recorded} recorded, ${accounting.replayed} replayed, ${accounting.observed} observed, ${accounting.compared} compared.`,
    `Recording ${evidence.recording.digest} of ${instant(evidence.recording.recordedAt)}.`,
    `Release note expectations: ${inState('met')} met, ${inState('unmet')} unmet, ${inState('untested')} untested.`,
    `Checks: ${checks.filter((check) => check.state === 'failed').length} failed, ${checks.filter((check) => check.state === 'errored').length} errored, of ${checks.length}.`,
    ...evidence.notCompared.map((entry) => `Not compared: ${entry.count} x ${entry.what}: ${entry.why}`),
  ]
}

/** Whole lines as long as they fit, then how many did not. */
function fitting(lines: readonly string[]): string {
  const kept: string[] = []
  let length = 0
  for (const [index, line] of lines.entries()) {
    const note = `and ${counted(lines.length - index, 'more line')}, see the report`
    if (length + line.length + 1 + note.length > LONG) return [...kept, note].join('\n')
    kept.push(line)
    length += line.length + 1
  }
  return kept.join('\n')
}

function shortened(text: string): string {
  return text.length <= SHORT ? text : `${text.slice(0, SHORT - 2).replace(/[\ud800-\udbff]$/, '')} …`
}

/** `2026-12-05 20:00:00` in UTC, as the table API takes it; an instant that is none is left as it is. */
function serviceNowInstant(text: string): string {
  const milliseconds = Date.parse(text)
  return Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ') : text
}
