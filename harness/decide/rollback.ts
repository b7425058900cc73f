import type { Rollback } from '../model/assessment.ts'
import type { Lane } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { CHANGE_CLASSES, type ChangeClass } from './rollback-catalogue.ts'

/** What a rollback plan is made for. */
export type RollbackOptions = Readonly<{
  findings: readonly Finding[]
  /** Change class of a check, from the check itself. */
  changeClassOf: (check: string) => string
  kind: 'erp-update' | 'connector-release'
  from: string
  to: string
  erp: string
  connector: string
  schedule: string
  accountable: string
  window: Readonly<{ start: string; end: string }>
  /** How many invoices a canary stands for, and the first of them to send. */
  canary: string
  invoices: number
}>

type Step = Rollback['steps'][number]

/**
 * The way back: hold the export, freeze the evidence, undo what was changed by class, prove it on one invoice, drain,
 * reconcile, close. The classes are those of the findings, and the update itself. Minutes are estimates until rehearsed.
 */
export function rollbackPlan(options: RollbackOptions): Rollback {
  const own = options.kind === 'erp-update' ? 'C11' : 'C9'
  const byClass = new Map<string, string[]>([[own, []]])
  for (const finding of options.findings) {
    if (finding.severity === 'info') continue
    const id = options.changeClassOf(finding.check)
    byClass.set(id, [...(byClass.get(id) ?? []), finding.fingerprint])
  }
  const classes = [...byClass].flatMap(([id, findings]) => {
    const known = CHANGE_CLASSES[id]
    return known === undefined ? [] : [{ id, known, findings }]
  })
  const fill = (text: string) => fillIn(text, options)
  const steps: Step[] = [
    step(
      'hold',
      'it',
      5,
      'Stop the schedule of {connector} ({schedule}) and leave approved invoices in its queue.',
      'No export runs.',
      'The queue grows and the ERP shows no new invoice for ten minutes.',
    ),
    step(
      'freeze',
      'it',
      10,
      'Write down the last invoice that {erp} {to} stored, how many wait in the queue, and the time; keep the logs of both sides.',
      'Count, oldest waiting invoice and last good document are on paper.',
      'A second person reads the same numbers.',
    ),
    ...classes.flatMap(({ known }) =>
      known.steps.map((each) => step('undo', each.owner, each.minutes, each.action, each.expected, each.verify)),
    ),
    step(
      'verify',
      'ap-vendor',
      15,
      'Export one invoice, {canary}, and read it back with every account, tax, dimension and amount.',
      'The stored invoice equals the recorded baseline.',
      'change-gate run on the control change shows no finding for it.',
    ),
    step(
      'drain',
      'ap-vendor',
      30,
      'Start the schedule again at half its rate and drain the queue, oldest due date first.',
      'Every waiting invoice has a result.',
      'No invoice in the queue is older than the start of the drain.',
    ),
    step(
      'reconcile',
      'finance',
      20,
      'Compare count, gross and tax per currency between {connector} and {erp} for the whole window.',
      'The three control totals are equal.',
      'Finance signs the totals.',
    ),
    step(
      'close',
      'it',
      10,
      'Close the change as rolled back, with what was found and who mends it.',
      'The change record names cause, owner and next date.',
      'The change authority has read it.',
    ),
  ].map((each) => ({ ...each, action: fill(each.action), expected: fill(each.expected), verify: fill(each.verify) }))
  const totalMinutes = steps.reduce((minutes, each) => minutes + each.minutes, 0)
  return {
    trigger: `After the update: one canary invoice that is refused, or stored with another amount, account, tax or dimension than the baseline; or no successful export for two intervals of the schedule (${options.schedule}).`,
    decider: options.accountable,
    totalMinutes,
    decideBy: minutesBefore(options.window.end, totalMinutes),
    pointOfNoReturn: classes.map(({ id, known }) => ({ changeClass: id, text: fill(known.pointOfNoReturn), by: null })),
    steps,
    changeClasses: classes.map(({ id, known, findings }) => ({ id, title: known.title, findings })),
  }
}

function step(
  phase: Step['phase'],
  owner: Lane,
  minutes: number,
  action: string,
  expected: string,
  verify: string,
): Step {
  return { phase, action, owner, minutes, timing: 'estimate', expected, verify }
}

function fillIn(text: string, options: RollbackOptions): string {
  const values: Readonly<Record<string, string>> = {
    connector: options.connector,
    erp: options.erp,
    from: options.from,
    to: options.to,
    schedule: options.schedule,
    canary: options.canary,
  }
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

function minutesBefore(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
}

export type { ChangeClass }
