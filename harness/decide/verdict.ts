import { instant } from '../base/instant.ts'
import type { ChangeAssessment, Reason, Verdict } from '../model/assessment.ts'
import type { Lane } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import type { Integration } from '../model/integration.ts'
import type { Ground } from './ground.ts'
import { type FaultyOperation, planGrounds } from './plan-grounds.ts'
import { type Readiness, readinessGrounds } from './readiness.ts'

/** Everything the policy weighs. */
export type Grounds = Readonly<
  Pick<ChangeAssessment, 'accounting' | 'checks' | 'controlTotals' | 'findings' | 'invoices' | 'notes' | 'waivers'> & {
    evidenceLevel: ChangeAssessment['evidence']['level']
    readiness: Readiness
    /** Totals that differ by more than accepted findings explain. */
    unexplainedTotals: ChangeAssessment['controlTotals']
    /** The connection fault that ended a replay, in words. */
    fault: Readonly<{ message: string; lane: Lane }> | undefined
    /** Why something could not be compared, by invoice. */
    uncompared: ReadonlyMap<string, string>
    /** Value lists that only one side has. */
    missingLists: readonly string[]
    /** Why the replay with the plan proves nothing, when there was one. */
    planUnproven: string | undefined
    /** Failures of the ERP that the connector was to be tried with and was not, each in one sentence. */
    failuresNotRun: readonly string[]
    planNotes: readonly string[]
    /** Operations of the plan that name what is not there, or lack what is. */
    planFaults: readonly FaultyOperation[]
  }
>

/** A decision and what it rests on. */
export type Decision = Readonly<{ verdict: Verdict; reasons: readonly Reason[]; conditions: readonly string[] }>

const LEVELS = { live: 3, recorded: 2, schema: 1, none: 0 }

/**
 * Decides. Nothing that could not be checked is ever a go: what is missing makes it undecided, what is broken makes it
 * no-go, and a no-go outweighs an undecided. Conditional means go if what the conditions say is true when it is installed.
 */
export function decide(grounds: Grounds): Decision {
  const all = [
    ...planGrounds(grounds.planFaults),
    ...brokenGrounds(grounds),
    ...readinessGrounds(grounds.readiness),
    ...unknownGrounds(grounds),
  ]
  const { integration } = grounds.readiness
  const weighing = (verdict: Ground['verdict']) => all.filter((ground) => ground.verdict === verdict)
  const open = [...weighing('no-go'), ...weighing('undecided')]
  if (open.length > 0) {
    return {
      verdict: open[0]?.verdict === 'no-go' ? 'no-go' : 'undecided',
      reasons: open.map((ground) => reasonOf(ground, grounds.findings, integration)),
      conditions: [],
    }
  }
  const conditions = [...conditionsOf(grounds), ...weighing('conditional')]
  return {
    verdict: conditions.length === 0 ? 'go' : 'conditional',
    reasons: conditions.map((ground) => reasonOf(ground, grounds.findings, integration)),
    conditions: conditions.map((ground) => ground.text),
  }
}

function brokenGrounds(grounds: Grounds): readonly Ground[] {
  const undecided = unjudgedFindings(grounds.notes)
  const blocking = grounds.findings
    .filter((finding) => isBlocking(finding) && !undecided.has(finding.fingerprint))
    .sort((left, right) => urgency(left) - urgency(right))
  const contradicted = grounds.notes.flatMap((note) => contradictionOf(note, blocking))
  const told = new Set(contradicted.flatMap((ground) => ground.findings ?? []))
  const lapsed = new Map(grounds.findings.filter(isLapsed).map((each) => [each.args.waiver, each]))
  const grounded = blocking
    .filter((finding) => !told.has(finding.fingerprint))
    .map((finding): Ground => {
      const waiver = lapsed.get(finding.fingerprint)
      if (waiver !== undefined) {
        return {
          verdict: 'no-go',
          code: waiver.check,
          text: `${waiver.message} It does not accept: ${sentenceOf(finding)}`,
          lane: finding.lane,
          findings: [finding.fingerprint, waiver.fingerprint],
        }
      }
      if (finding.area === 'waivers') return waiverGround('no-go', finding)
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
  const totals = (grounds.fault === undefined ? grounds.unexplainedTotals : [])
    .filter((total) => !total.reconciles)
    .map(
      (total): Ground => ({
        verdict: 'no-go',
        code: 'control-totals-differ',
        text: `Control totals in ${[total.currency, total.period, total.entity].filter((part) => part !== '').join(', ')} do not reconcile: recorded ${total.recorded.documents} documents, ${total.recorded.gross} gross${creditsOf(total.recorded)}; stored ${total.stored.documents} documents, ${total.stored.gross} gross${creditsOf(total.stored)}.`,
        lane: 'finance',
      }),
    )
  // Totals that differ because of findings that already block say the same thing once more.
  const isWaiver = (ground: Ground) => ground.code.startsWith('waiver-')
  return [...contradicted, ...grounded.filter(isWaiver), ...grounded.filter((ground) => !isWaiver(ground)), ...totals]
}

/** A finding about a waiver that accepts nothing although what it is about may be there. */
function isLapsed({ area, check }: Finding): boolean {
  return area === 'waivers' && check !== 'waiver-unused'
}

function waiverGround(verdict: Ground['verdict'], { check, message, lane, fingerprint }: Finding): Ground {
  return { verdict, code: check, text: message, lane, findings: [fingerprint] }
}

/** Findings that a note announces of which nobody has said yet whether it affects us: they wait for that. */
function unjudgedFindings(notes: Grounds['notes']): ReadonlySet<string> {
  const waiting = notes.filter((note) => note.affectsUs === 'undecided')
  return new Set(waiting.flatMap((note) => note.expectations.flatMap((expectation) => expectation.findings)))
}

/** A note that is said not to affect us, although what it announces is there and blocks. */
function contradictionOf(note: Grounds['notes'][number], blocking: readonly Finding[]): readonly Ground[] {
  if (note.affectsUs !== 'no') return []
  const announced = new Set(note.expectations.flatMap((expectation) => expectation.findings))
  const [first, ...others] = blocking.filter(
    (finding) => announced.has(finding.fingerprint) && finding.status === 'unexpected',
  )
  if (first === undefined) return []
  return [
    {
      verdict: 'no-go',
      code: 'note-contradicted',
      text: `${note.id} is said not to affect us (${note.because ?? 'no reason given'}), and what it announces is there: ${sentenceOf(first)}${others.length === 0 ? '' : ` And ${others.length} more.`}`,
      lane: first.lane,
      findings: [first, ...others].map((finding) => finding.fingerprint),
    },
  ]
}

/** What was sent or stored, before what was published. */
const FIRST_AREAS: readonly Finding['area'][] = ['documents', 'requests', 'results', 'conduct']

/** What nobody announced before what somebody did, silent before loud, what was stored before what was published. */
function urgency(finding: Finding): number {
  const announced = finding.status === 'expected' ? 4 : 0
  return announced + (finding.loudness === 'loud' ? 2 : 0) + (FIRST_AREAS.includes(finding.area) ? 0 : 1)
}

/** A finding blocks when it is an error that no waiver accepts and that is not both announced and gone with the plan. */
function isBlocking(finding: Finding): boolean {
  if (finding.severity !== 'error' || finding.status === 'waived') return false
  return !(finding.status === 'expected' && finding.withPlan === 'gone')
}

function unknownGrounds(grounds: Grounds): readonly Ground[] {
  const unknown: Ground[] = []
  // Told already as what stands behind a finding that blocks.
  const blocked = new Set(grounds.findings.filter(isBlocking).map((finding) => finding.fingerprint))
  const undecided = unjudgedFindings(grounds.notes)
  const add = (code: string, text: string, lane: Lane, findings: readonly string[] = []) =>
    unknown.push({ verdict: 'undecided', code, text, lane, findings })
  if (grounds.fault) add('connection-fault', grounds.fault.message, grounds.fault.lane)
  if (grounds.planUnproven !== undefined) {
    add('plan-not-replayed', `The replay with the plan was not finished: ${grounds.planUnproven}`, 'it')
  }
  for (const text of grounds.failuresNotRun) add('failure-not-run', text, 'it')
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
      add(
        'note-undecided',
        `Nobody has decided whether ${note.id} affects us: “${note.says}”`,
        'it',
        note.expectations.flatMap((expectation) => expectation.findings),
      )
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
  for (const finding of grounds.findings) {
    const isTold = isLapsed(finding) && blocked.has(finding.args.waiver ?? '')
    if (finding.area === 'waivers' && finding.severity === 'warning' && !isTold)
      unknown.push(waiverGround('undecided', finding))
  }
  for (const finding of grounds.findings) {
    if (finding.area === 'waivers') continue
    if (finding.severity === 'warning' && finding.status === 'unexpected' && !undecided.has(finding.fingerprint)) {
      add('needs-decision', `${sentenceOf(finding)} Nobody has said whether it matters.`, finding.lane, [
        finding.fingerprint,
      ])
    }
  }
  if (LEVELS[grounds.evidenceLevel] < LEVELS[grounds.readiness.policy['evidence-level']]) {
    add(
      'evidence-too-weak',
      `The evidence is ${grounds.evidenceLevel}; the policy asks for ${grounds.readiness.policy['evidence-level']}.`,
      'it',
    )
  }
  return unknown
}

function conditionsOf(grounds: Grounds): readonly Ground[] {
  const planned = grounds.findings.filter(
    (finding) => finding.status === 'expected' && finding.withPlan === 'gone' && finding.severity === 'error',
  )
  const waived = grounds.waivers.filter((waiver) => waiver.state === 'in-force')
  // Every total differs as the findings that were accepted say, or there would be a ground against it.
  const differing = waived.length === 0 ? [] : grounds.controlTotals.filter((total) => !total.reconciles)
  const condition = (code: string, text: string, lane: Lane, findings: readonly string[] = []): Ground => ({
    verdict: 'conditional',
    code,
    text,
    lane,
    findings,
  })
  return [
    // What was judged is the release with the plan, whether or not the plan removes a break.
    ...(grounds.planNotes.length > 0
      ? [
          condition(
            'plan-installed',
            `The plan of ${grounds.planNotes.join(', ')} is installed in the same window: it removes ${planned.length === 0 ? 'no' : planned.length} announced break${planned.length === 1 ? '' : 's'}.`,
            'ap-vendor',
            planned.map((finding) => finding.fingerprint),
          ),
        ]
      : []),
    ...waived.map((waiver) =>
      condition(
        'waiver-in-force',
        `The waiver of ${waiver.fingerprint} stays in force until ${instant(waiver.expires)} (${waiver.owner}: ${waiver.reason}).`,
        'it',
        [waiver.fingerprint],
      ),
    ),
    ...differing.map((total) =>
      condition(
        'totals-explained',
        `Finance expects other totals in ${total.currency}, as the accepted findings say: recorded ${total.recorded.documents} documents, ${total.recorded.gross} gross${creditsOf(total.recorded)}; stored ${total.stored.documents} documents, ${total.stored.gross} gross${creditsOf(total.stored)}.`,
        'finance',
      ),
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

/** How many of the documents are credit notes and what they come to, where the totals differ in it. */
function creditsOf({ creditNotes }: ChangeAssessment['controlTotals'][number]['recorded']): string {
  if (creditNotes === undefined) return ''
  const { documents, gross } = creditNotes
  return ` (${documents} credit note${documents === 1 ? '' : 's'} of ${gross})`
}

function reasonOf(ground: Ground, findings: readonly Finding[], integration: Integration): Reason {
  const contact = integration.owners.lanes[ground.lane]
  const disputed = findings.find(
    (finding) => finding.fingerprint === ground.findings?.[0] && finding.lane === ground.lane,
  )?.disputed
  return {
    code: ground.code,
    text: ground.text
      .replace(/\.\s*\(/, ' (')
      .replace(/\s+/g, ' ')
      .trim(),
    lane: ground.lane,
    contact: `${contact.name} <${contact.email}>`,
    respondWithinHours: contact['respond-within-hours'],
    findings: [...(ground.findings ?? [])],
    ...(disputed === undefined ? {} : { disputed }),
  }
}
