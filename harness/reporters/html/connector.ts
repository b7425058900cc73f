import type { ChangeAssessment, ConnectorTested } from '../../model/assessment.ts'
import { endOfConnector, FAILURE_STATES } from '../rendering/words.ts'
import { number } from './cells.ts'

const ICONS: Readonly<Record<ConnectorTested['failures'][number]['state'], string>> = {
  handled: 'ok',
  'not-handled': 'no',
  'not-run': 'unknown',
}

/** How the connector was run and what it made of failures; `null` where the recorded export was replayed. */
export function connectorOf({ connector, integration }: Readonly<ChangeAssessment>) {
  if (connector === undefined) return null
  return {
    command: connector.command,
    erp: `${integration.erp} ${connector.erpRelease}`,
    icon: connector.ended === 'ended' && connector.status === 0 ? 'ok' : 'no',
    ended: endOfConnector(connector),
    given: number(connector.given),
    reported: number(connector.reported),
    results: connector.resultsCompared
      ? 'compared with what the release in production reported'
      : 'what the release in production reported is not known',
    failures: connector.failures.map(({ failure, title, state, invoice, saw }) => ({
      failure,
      title,
      icon: ICONS[state],
      state: FAILURE_STATES[state],
      saw: saw.map((text) => ({ text, icon: text.startsWith(`${invoice ?? ''}:`) ? ICONS[state] : 'info' })),
    })),
    stdout: connector.output.stdout.join('\n'),
    stderr: connector.output.stderr.join('\n'),
  }
}
