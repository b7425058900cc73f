import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import { defineReporter } from '../ports/reporter.ts'
import { visible, visibleValue } from './rendering/visible-text.ts'
import { counted, VERDICTS } from './rendering/words.ts'

/** GitHub shows ten annotations of a type per step and drops the rest without a word. */
const LIMIT = 10

/** Workflow commands for a step that prints them: the verdict, then the reasons, worst first. */
export default defineReporter({
  title: 'GitHub annotations',
  extension: 'txt',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const reasons = reasonLines(shown)
    const room = LIMIT - 2
    const rest = reasons.length - room
    const lines =
      rest > 1
        ? [...reasons.slice(0, room), command(shown, 'And more', `${counted(rest, 'more reason')}: see the report.`)]
        : reasons
    return `${[verdictLine(shown), ...lines].join('\n')}\n`
  },
})

function verdictLine(assessment: Readonly<ChangeAssessment>): string {
  const { word, advice } = VERDICTS[assessment.verdict]
  const { change, conditions } = assessment
  return command(
    assessment,
    `${word} ${change.id}`,
    [`${change.title} (${change.from} to ${change.to}). ${advice}`, ...conditions].join('\n'),
  )
}

function reasonLines(assessment: Readonly<ChangeAssessment>): readonly string[] {
  return assessment.reasons.map((reason) =>
    command(
      assessment,
      reason.code,
      `${reason.text}\n${LANE_TITLES[reason.lane]}: ${reason.contact}, answers within ${reason.respondWithinHours} h`,
    ),
  )
}

const COMMANDS = { go: 'notice', conditional: 'warning', 'no-go': 'error', undecided: 'error' } as const

function command({ verdict }: Readonly<ChangeAssessment>, title: string, message: string): string {
  const property = encoded(visible(title)).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${COMMANDS[verdict]} title=${property}::${encoded(message)}`
}

/** A line feed inside a message must not start a command of its own. */
function encoded(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
