import type { ChangeAssessment, InvoiceResult } from '../model/assessment.ts'
import type { Integration } from '../model/integration.ts'

type Step = ChangeAssessment['installation'][number]

/** What the steps of an installation are made for. */
export type InstallationOptions = Readonly<{
  verdict: ChangeAssessment['verdict']
  conditions: readonly string[]
  kind: 'erp-update' | 'connector-release'
  to: string
  erp: string
  integration: Integration
  invoices: readonly InvoiceResult[]
  /** What the plan changes, one sentence per operation. */
  plan: readonly string[]
}>

/** A recorded invoice that is known to come out, for one like it to be exported first; `undefined` where none did. */
export function canaryOf(invoices: readonly InvoiceResult[]): string | undefined {
  return invoices.find(({ outcome }) => outcome === 'same' || outcome === 'differs')?.key
}

/**
 * How a change that may be installed is put in: hold the export, save, install, put the plan in, one canary, drain,
 * compare. None where the verdict permits nothing: steps of what must not be done are read as leave to do it.
 */
export function installationSteps(options: InstallationOptions): readonly Step[] {
  const { verdict, conditions, kind, to, erp, integration, plan } = options
  if (verdict !== 'go' && verdict !== 'conditional') return []
  const connector = integration.connector.name
  const decider = integration.owners.accountable
  const canary = canaryOf(options.invoices)
  const subject = kind === 'erp-update' ? erp : connector
  return [
    ...(conditions.length === 0
      ? []
      : [
          step(
            'Meet the conditions',
            'it',
            `Meet ${conditions.length === 1 ? 'the condition' : `each of the ${conditions.length} conditions`} of this verdict before the window opens.`,
            'Whoever met a condition has signed it; while one is open, nothing is installed.',
          ),
        ]),
    step(
      'Hold the export',
      'it',
      `Stop the schedule of ${connector} (${integration.schedule}) when the window opens, and leave approved invoices in its queue.`,
      `For ten minutes ${erp} shows no new invoice of the user of ${connector}, while the queue grows.`,
    ),
    step(
      'Save what goes back',
      'it',
      kind === 'erp-update'
        ? `Save the database of ${erp}, and write down the last invoice that it stored and how many wait in the queue.`
        : `Keep the build and the configuration of ${connector} that run now, and write down the last invoice that ${erp} stored.`,
      'What was saved opens, and a second person reads the same numbers.',
    ),
    step(
      `Install ${subject} ${to}`,
      kind === 'erp-update' ? 'erp-publisher' : 'ap-vendor',
      `Install ${subject} ${to}.`,
      `${subject} tells that it is ${to}.`,
    ),
    ...(plan.length === 0
      ? []
      : [
          step(
            'Put the plan in',
            'ap-vendor',
            plan.join(' '),
            'The mapping that is deployed is the one that this change was rehearsed with.',
          ),
        ]),
    step(
      'Export one canary',
      'ap-vendor',
      `Export one waiting invoice alone${canary === undefined ? '' : `, of a supplier and of a kind as ${canary}`}, and read it back with every account, tax, dimension and amount.`,
      `It is stored once and as it was approved. If not, go back: ${decider} decides.`,
    ),
    step(
      'Drain the queue',
      'ap-vendor',
      `Start the schedule of ${connector} again at half its rate, oldest due date first.`,
      'Every waiting invoice has a result, and no supplier has one reference twice.',
    ),
    step(
      'Compare the totals',
      'finance',
      `Compare count, gross and tax per currency between ${connector} and ${erp} for all that was exported since the window opened.`,
      'They are equal in every currency, and Finance signs them.',
    ),
  ]
}

function step(title: string, owner: Step['owner'], action: string, verify: string): Step {
  return { title, owner, action, verify }
}
