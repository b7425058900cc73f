import type { ChangeAssessment, Reason, Verdict } from '../model/assessment.ts'
import type { Policy } from '../model/change.ts'
import { LANE_TITLES, type Lane } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import type { Integration } from '../model/integration.ts'

/** Everything the policy weighs. */
export type Grounds = Readonly<
  Pick<ChangeAssessment, 'accounting' | 'checks' | 'controlTotals' | 'findings' | 'invoices' | 'notes' | 'waivers'> & {
    evidenceLevel: ChangeAssessment['evidence']['level']
    policy: Policy
    integration: Integration
    /** The connection fault that ended a replay, in words. */
    fault: Readonly<{ message: string; lane: Lane }> | undefined
    /** Why something could not be compared, by invoice. */
    uncompared: ReadonlyMap<string, string>
    /** Value lists that only one side has. */
    missingLists: readonly string[]
    /** Why the replay with the plan proves nothing, when there was one. */
    planUnproven: string | undefined
    planNotes: readonly string[]
    approver: string
    developer: string
  }
>

/** A decision and what it rests on. */
export type Decision = Readonly<{ verdict: Verdict; reasons: readonly Reason[]; conditions: readonly string[] }>

type Ground = Readonly<{
  verdict: 'no-go' | 'undecided'
  code: string
  text: string
  lane: Lane
  findings?: readonly string[]
}>

const LEVELS = { live: 3, recorded: 2, schema: 1, none: 0 }

/**
 * Decides. Nothing that could not be checked is ever a go: what is missing makes it undecided, what is broken makes it
 * no-go, and a no-go outweighs an undecided. Conditional means go if what the conditions say is true when it is installed.
 */
export function decide(grounds: Grounds): Decision {
  const all = [...brokenGrounds(grounds), ...unknownGrounds(grounds)]
  const reasons = all.map((ground) => reasonOf(ground, grounds.integration))
  if (all.some((ground) => ground.verdict === 'no-go')) return { verdict: 'no-go', reasons, conditions: [] }
  if (all.length > 0) return { verdict: 'undecided', reasons, conditions: [] }
  const conditions = conditionsOf(grounds)
  if (conditions.length === 0) return { verdict: 'go', reasons: [], conditions: [] }
  return {
    verdict: 'conditional',
    reasons: conditions.map((text) =>
      reasonOf({ verdict: 'undecided', code: 'condition', text, lane: 'it' }, grounds.integration),
    ),
    conditions,
  }
}

function brokenGrounds(grounds: Grounds): readonly Ground[] {
  const blocking = grounds.findings.filter(isBlocking).sort((left, right) => urgency(left) - urgency(right))
  const grounded = blocking.map((finding): Ground => {
    const expected = finding.status === 'expected'
    return {
      verdict: 'no-go',
      code: expected
        ? 'announced-break-not-handled'
        : finding.loudness === 'silent'
          ? 'unexpected-silent-change'
          : 'unexpected-break',
      text: `${sentenceOf(finding)} ${expected ? `Announced by ${finding.notes.join(', ')}, and no plan handles it.` : 'No release note announces it.'}`,
      lane: finding.lane,
      findings: [finding.fingerprint],
    }
  })
  // After a fault the rest was never sent: totals that differ for that reason say nothing about the release.
  const totals = (grounds.fault === undefined ? grounds.controlTotals : [])
    .filter((total) => !total.reconciles)
    .map(
      (total): Ground => ({
        verdict: 'no-go',
        code: 'control-totals-differ',
        text: `Control totals in ${[total.currency, total.period, total.entity].filter((part) => part !== '').join(', ')} do not reconcile: recorded ${total.recorded.documents} documents, ${total.recorded.gross} gross; stored ${total.stored.documents} documents, ${total.stored.gross} gross.`,
        lane: 'finance',
      }),
    )
  // Totals that differ because of findings that already block say the same thing once more.
  return blocking.length > 0 ? [...grounded, ...totals] : totals
}

/** What nobody announced before what somebody did, silent before loud, what was stored before what was published. */
function urgency(finding: Finding): number {
  const announced = finding.status === 'expected' ? 4 : 0
  return announced + (finding.loudness === 'loud' ? 2 : 0) + (finding.area === 'documents' ? 0 : 1)
}

/** A finding blocks when it is an error that no waiver accepts and that is not both announced and gone with the plan. */
function isBlocking(finding: Finding): boolean {
  if (finding.severity !== 'error' || finding.status === 'waived') return false
  return !(finding.status === 'expected' && finding.withPlan === 'gone')
}

function unknownGrounds(grounds: Grounds): readonly Ground[] {
  const unknown: Ground[] = []
  const add = (code: string, text: string, lane: Lane, findings: readonly string[] = []) =>
    unknown.push({ verdict: 'undecided', code, text, lane, findings })
  if (grounds.fault) add('connection-fault', grounds.fault.message, grounds.fault.lane)
  if (grounds.planUnproven !== undefined) {
    add('plan-not-replayed', `The replay with the plan was not finished: ${grounds.planUnproven}`, 'it')
  }
  if (!grounds.accounting.reconciles) {
    const { recorded, replayed, observed, compared } = grounds.accounting
    add(
      'counts-differ',
      `Not every invoice was checked: recorded ${recorded}, replayed ${replayed}, observed ${observed}, compared ${compared}.`,
      'it',
    )
  }
  if (grounds.accounting.recorded === 0)
    add('nothing-recorded', 'The recording holds no invoice, so nothing was checked.', 'it')
  // When the connection failed, every invoice after that is missing for the same reason.
  for (const [key, why] of grounds.fault === undefined ? grounds.uncompared : [])
    add('invoice-not-compared', `Invoice ${key}: ${why}.`, 'it')
  for (const list of grounds.missingLists)
    add('list-not-compared', `The value list ${list} was not captured for the candidate.`, 'it')
  for (const check of grounds.checks) {
    if (check.state === 'errored')
      add('check-errored', `Check ${check.check} failed to run: ${check.reason ?? ''}.`, 'it')
  }
  for (const note of grounds.notes) {
    if (note.affectsUs === 'undecided')
      add('note-undecided', `Nobody has decided whether ${note.id} affects us: “${note.says}”`, 'it')
    for (const expectation of note.expectations) {
      if (note.affectsUs !== 'yes' || expectation.state === 'met') continue
      const unmet = expectation.state === 'unmet'
      add(
        unmet ? 'expectation-unmet' : 'expectation-untested',
        unmet
          ? `${note.id} announces that ${expectation.summary}, and the candidate does not show it.`
          : `${note.id} announces that ${expectation.summary}, and no recorded invoice exercises it.`,
        unmet ? 'erp-publisher' : 'it',
      )
    }
  }
  for (const waiver of grounds.waivers) {
    if (waiver.state !== 'in-force')
      add(
        `waiver-${waiver.state}`,
        `The waiver of ${waiver.fingerprint} by ${waiver.owner} is ${waiver.state.replace('-', ' ')}.`,
        'it',
      )
  }
  for (const finding of grounds.findings) {
    if (finding.severity === 'warning' && finding.status === 'unexpected') {
      add('needs-decision', `${sentenceOf(finding)} Nobody has said whether it matters.`, finding.lane, [
        finding.fingerprint,
      ])
    }
  }
  if (LEVELS[grounds.evidenceLevel] < LEVELS[grounds.policy['evidence-level']]) {
    add(
      'evidence-too-weak',
      `The evidence is ${grounds.evidenceLevel}; the policy asks for ${grounds.policy['evidence-level']}.`,
      'it',
    )
  }
  if (grounds.approver === grounds.developer) {
    add('duties-not-segregated', `${grounds.approver} is developer and approver of the same change.`, 'it')
  }
  return unknown
}

function conditionsOf(grounds: Grounds): readonly string[] {
  const planned = grounds.findings.filter(
    (finding) => finding.status === 'expected' && finding.withPlan === 'gone' && finding.severity === 'error',
  )
  const waived = grounds.waivers.filter((waiver) => waiver.state === 'in-force')
  return [
    ...(planned.length > 0
      ? [
          `The plan of ${grounds.planNotes.join(', ')} is installed in the same window: it removes ${planned.length} announced breaks.`,
        ]
      : []),
    ...waived.map(
      (waiver) =>
        `The waiver of ${waiver.fingerprint} stays in force until ${waiver.expires} (${waiver.owner}: ${waiver.reason}).`,
    ),
  ]
}

/** What was found, after which operation, on how many invoices and for how much money. */
function sentenceOf(finding: Finding): string {
  // An operation that was refused or accepted names itself already.
  const where = finding.stage === '' || finding.pointer === `/${finding.stage}` ? '' : ` after ${finding.stage}`
  const count = finding.invoices.length
  const amounts = Object.entries(finding.amounts).map(([currency, amount]) => `${currency} ${grouped(amount)}`)
  const extent = count === 0 ? '' : ` (${[`${count} invoice${count === 1 ? '' : 's'}`, ...amounts].join(', ')})`
  return `${finding.message.replace(/\.$/, '')}${where}${extent}.`
}

/** Digits in groups of three, as the reports print money. */
function grouped(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+(?=\.|$))(?<!\.\d*)/g, '\u00a0')
}

function reasonOf(ground: Ground, integration: Integration): Reason {
  const contact = integration.owners.lanes[ground.lane]
  return {
    code: ground.code,
    text: ground.text
      .replace(/\.\s*\(/, ' (')
      .replace(/\s+/g, ' ')
      .trim(),
    lane: ground.lane,
    contact:
      contact === undefined
        ? `${LANE_TITLES[ground.lane]}: ${integration.owners.accountable}`
        : `${contact.name} <${contact.email}>`,
    respondWithinHours: contact?.['respond-within-hours'] ?? 0,
    findings: [...(ground.findings ?? [])],
  }
}
