import { instant } from '../base/instant.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import { defineReporter } from '../ports/reporter.ts'
import { visibleValue } from './rendering/visible-text.ts'
import { counted, grouped, timingWords } from './rendering/words.ts'

type Rollback = ChangeAssessment['rollback']

/** The way back as people print it and follow it at night: nothing is left out and nothing needs another page. */
export default defineReporter({
  title: 'Rollback, step by step',
  extension: 'txt',
  render: (assessment) => {
    const { change, rollback, owners } = visibleValue(assessment)
    const contacts = new Map(owners.lanes.map((owner) => [owner.lane, owner.contact]))
    const blocks = [
      [
        `WAY BACK  ${change.id} ${change.title}: ${change.to} → ${change.from}`,
        `  Go back when   ${rollback.trigger}`,
        `  Decides        ${rollback.decider}, by ${instant(rollback.decideBy)}`,
        `  Takes          ${counted(rollback.totalMinutes, 'minute')} in ${counted(rollback.steps.length, 'step')}`,
        ...(rollback.rehearsal === undefined ? [] : [`  Rehearsal      ${rollback.rehearsal.text}`]),
      ],
      ['POINTS OF NO RETURN', ...pointsOf(rollback)],
      ...rollback.steps.map((step, index) => [
        `${index + 1}. ${step.phase.toUpperCase()}${step.changeClass === undefined ? '' : ` ${step.changeClass}`}  ${LANE_TITLES[step.owner]}: ${contacts.get(step.owner) ?? 'no contact'}  ${step.minutes} min (${timingWords(step)})`,
        `   [ ] ${step.action}`,
        ...(step.where === undefined ? [] : [`   Where     ${step.where}`]),
        `   Expected  ${step.expected}`,
        `   Verify    ${step.verify}`,
        ...(step.pointOfNoReturn === undefined ? [] : [`   No return ${step.pointOfNoReturn}`]),
      ]),
      documentsOf(rollback),
      (rollback.queue ?? []).length === 0
        ? []
        : ['QUEUE TO DRAIN, oldest first', ...(rollback.queue ?? []).map((invoice) => `  [ ] ${invoice}`)],
      ['EQUAL IN THE END', ...(rollback.reconciliation ?? []).map((total) => `  [ ] ${total}`)],
    ]
    return `${blocks
      .filter((block) => block.length > 0)
      .map((block) => block.map((line) => line.replaceAll('\n', '⏎').trimEnd()).join('\n'))
      .join('\n\n')}\n`
  },
})

function pointsOf({ pointOfNoReturn }: Readonly<Rollback>): readonly string[] {
  return pointOfNoReturn.map(
    (point) => `  ${point.changeClass.padEnd(3)} ${point.by === null ? 'no date' : instant(point.by)}: ${point.text}`,
  )
}

function documentsOf({ documents = [] }: Readonly<Rollback>): readonly string[] {
  if (documents.length === 0) return []
  return [
    'DOCUMENTS TO REVERSE, when the database can no longer be restored',
    ...documents.flatMap((document) => [
      `  [ ] ${document.invoice}, ${document.document ?? 'no number'}, ${document.state}, ${document.currency} ${grouped(document.gross)}: ${document.how}`,
      `      ${document.action}`,
    ]),
  ]
}
