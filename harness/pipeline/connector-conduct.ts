import type { GivenInvoices } from '../connector/invoices.ts'
import type { Leak } from '../connector/masking.ts'
import type { ConnectorRun } from '../model/connector.ts'
import type { Difference } from '../model/difference.ts'
import type { ConnectorRunResult } from './connector-run.ts'

/** Last lines of an output that the report shows. */
const OUTPUT_LINES = 20

/** How the connector ended, when it did not end well. */
export function endDifferences({ ended }: ConnectorRunResult, config: ConnectorRun): readonly Difference[] {
  const isGood = ended.how === 'ended' && ended.status !== null && config['exit-statuses'].includes(ended.status)
  if (isGood) return []
  const last = lastLines(ended.stderr).at(-1)
  const how = {
    ended: `exit status ${ended.status ?? 'unknown'}`,
    'out-of-time': `not done within ${config['time-limit-seconds']} s`,
    signal: 'ended by a signal',
    'never-ready': 'never ready',
  }[ended.how]
  return [
    conduct({
      kind: 'changed-state',
      resource: 'connector',
      pointer: `/${ended.how}`,
      baseline: `exit status ${config['exit-statuses'].join(' or ')}`,
      candidate: last === undefined ? how : `${how}: ${last}`,
    }),
  ]
}

/** A secret in the output, with the invoice that the connector was at. */
export function leakDifference(leak: Leak, invoices: GivenInvoices, run: ConnectorRunResult): Difference {
  const text = leak.stream === 'stderr' ? run.ended.stderr : run.ended.stdout
  // A line that names no invoice belongs to the next one that is named: a connector logs its work before its result.
  const after = leak.stream === 'results' ? [leak.text] : text.split('\n').slice(leak.line - 1)
  const named = after
    .map((line) => invoices.all.find(({ id }) => line.includes(id)))
    .find((invoice) => invoice !== undefined)
  return conduct({
    kind: 'extra',
    class: 'identity',
    resource: leak.stream,
    pointer: `/${leak.what}`,
    at: `/${leak.line}/${leak.what}`,
    baseline: null,
    candidate: leak.text.trim().slice(0, 200),
    invoices: named === undefined ? [] : [named.key],
  })
}

export function unreadableDifference(message: string): Difference {
  return conduct({
    area: 'requests',
    kind: 'extra',
    resource: 'request',
    pointer: '/unreadable',
    stage: 'unreadable',
    baseline: 'not sent',
    candidate: message,
  })
}

function conduct(over: Partial<Difference>): Difference {
  return {
    area: 'conduct',
    kind: 'changed-state',
    class: 'state',
    loudness: 'silent',
    resource: 'connector',
    pointer: '',
    at: '',
    stage: '',
    baseline: null,
    candidate: null,
    sent: null,
    invoices: [],
    seenBy: 'connector',
    ...over,
  }
}

/** The last lines of an output. */
export function lastLines(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .slice(-OUTPUT_LINES)
}
