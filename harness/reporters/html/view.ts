import type { ChangeAssessment, ControlTotal, Extent, Reason } from '../../model/assessment.ts'
import { LANE_TITLES, type Lane } from '../../model/common.ts'
import type { CheckResult, Finding } from '../../model/finding.ts'
import { revealed, visibleValue } from '../rendering/visible-text.ts'
import {
  amounts,
  counted,
  EVIDENCE_LEVELS,
  extentAmounts,
  grouped,
  handling,
  instant,
  isHandled,
  isInformation,
  timingWords,
  VERDICTS,
  WITH_PLAN,
  worstFirst,
} from '../rendering/words.ts'

/** What the page shows in full; the rest is counted, and is in the JSON assessment. */
export const SHOWN = {
  reasons: 5,
  reasonsBesideConditions: 3,
  conditions: 3,
  currencies: 4,
  openNotes: 3,
  pointsOfNoReturn: 2,
  findings: 300,
  information: 200,
  invoices: 500,
  invoicesOfFinding: 50,
  findingsOfInvoice: 6,
  findingsOfReason: 12,
  disagreements: 200,
  sentence: 180,
} as const

/** Narrow no-break space: groups of digits stay together and never look like two numbers. */
const SPACE = '\u202f'

/** Everything the template prints, in its order. All texts are visible text; the template escapes them. */
export function viewOf(given: ChangeAssessment, digest: string) {
  const assessment = visibleValue(given)
  const findings = worstFirst(assessment.findings)
  const weighing = findings.filter((finding) => !isInformation(finding)).slice(0, SHOWN.findings)
  const information = findings.filter(isInformation).slice(0, SHOWN.information)
  const linked = new Set([...weighing, ...information].map((finding) => finding.fingerprint))
  const contacts = contactsOf(assessment)
  const places = new Map(assessment.invoices.map((invoice, index) => [invoice.key, `i-${index + 1}`]))
  const link = (fingerprint: string) => ({ fingerprint, linked: linked.has(fingerprint) })
  const notes = notesOf(assessment, link)
  return {
    title: `${VERDICTS[assessment.verdict].word}: ${assessment.change.id} ${assessment.change.title}`,
    digest,
    verdict: verdictOf(assessment),
    change: changeOf(assessment),
    reasons: reasonsOf(assessment, link),
    conditions: capped(
      assessment.conditions.map((condition) => shortened(condition, 120)),
      SHOWN.conditions,
      'condition',
    ),
    allConditions: assessment.conditions,
    impact: impactOf(assessment),
    owners: ownersOf(assessment, link),
    accountable: assessment.owners.accountable,
    confidence: confidenceOf(assessment),
    /** Where little stands against the change, the left column of page one has room for more. */
    calm: assessment.reasons.length + assessment.conditions.length + notes.open.rows.length <= 3,
    notes,
    rollback: rollbackOf(assessment, link),
    approvals: approvalsOf(assessment),
    findings: findingsOf(assessment, weighing, information, contacts, places),
    invoices: invoicesOf(assessment, findings, places, link),
    controlTotals: controlTotalsOf(assessment),
    accounting: accountingOf(assessment),
    checks: checksOf(assessment),
    agreement: agreementOf(assessment),
    waivers: waiversOf(assessment, link),
    evidence: evidenceOf(assessment),
    notCompared: assessment.evidence.notCompared.map((entry) => ({ ...entry, count: number(entry.count) })),
    leftBehind: assessment.leftBehind,
    meta: {
      harness: assessment.meta.harness,
      assessedAt: instant(assessment.meta.assessedAt),
      seconds: `${(assessment.meta.durationMs / 1000).toFixed(1)} s`,
      runTag: assessment.meta.runTag,
      targetUrl: assessment.meta.targetUrl,
    },
  }
}

/** What the template may name; a name that is missing makes the strict template throw. */
export type View = ReturnType<typeof viewOf>

type Link = (fingerprint: string) => Readonly<{ fingerprint: string; linked: boolean }>

function verdictOf({ verdict, reasons, meta }: Readonly<ChangeAssessment>) {
  return {
    id: verdict,
    ...VERDICTS[verdict],
    codes: [...new Set(reasons.map((reason) => reason.code))],
    permits: meta.validUntil === null ? 'nothing' : `installing until ${instant(meta.validUntil)}`,
  }
}

function changeOf({ change, integration, evidence, meta }: Readonly<ChangeAssessment>) {
  return {
    ...change,
    kind: change.kind === 'erp-update' ? 'ERP update' : 'connector release',
    start: instant(change.window.start),
    end: instant(change.window.end),
    shortTitle: shortened(change.title, 110),
    integration: shortened(integration.title, 100),
    erp: integration.erp,
    connector: shortened(integration.connector, 60),
    environment: evidence.target.environment,
    assessedAt: instant(meta.assessedAt),
  }
}

function reasonsOf({ reasons, conditions }: Readonly<ChangeAssessment>, link: Link) {
  const row = (reason: Readonly<Reason>, index: number) => ({
    ...reason,
    number: index + 1,
    short: shortened(reason.text),
    lane: LANE_TITLES[reason.lane],
    hours: hours(reason.respondWithinHours),
    dispute:
      reason.disputed === undefined
        ? null
        : `If it says it is ${LANE_TITLES[reason.disputed.with]}'s, ${reason.disputed.decides} decides.`,
    findings: capped(reason.findings.map(link), SHOWN.findingsOfReason, 'finding'),
    shortFindings: capped(reason.findings.map(link), 2, 'finding'),
  })
  const rows = reasons.map(row)
  return {
    all: rows,
    top: capped(rows, conditions.length > 0 ? SHOWN.reasonsBesideConditions : SHOWN.reasons, 'reason'),
  }
}

function impactOf({ impact }: Readonly<ChangeAssessment>) {
  const { all, loud, silent } = impact
  const rows = all.amounts.map((amount) => ({
    currency: amount.currency,
    silent: grossIn(silent, amount.currency),
    loud: grossIn(loud, amount.currency),
    all: grouped(amount.gross, SPACE),
    recorded: grouped(amount.recorded, SPACE),
    percent: amount.percent,
    /** Width of the bar, out of 100. */
    width: amount.percent,
  }))
  return {
    any: all.findings > 0,
    invoices: number(all.invoices),
    recordedInvoices: number(impact.recordedInvoices),
    suppliers: number(all.suppliers),
    recordedSuppliers: number(impact.recordedSuppliers),
    silent: { invoices: number(silent.invoices), findings: number(silent.findings) },
    loud: { invoices: number(loud.invoices), findings: number(loud.findings) },
    rows: capped(rows, SHOWN.currencies, 'currency', 'currencies'),
  }
}

function grossIn(extent: Readonly<Extent>, currency: string): string {
  return grouped(extent.amounts.find((amount) => amount.currency === currency)?.gross ?? '0', SPACE)
}

/** Owners with those who must act first: who has open findings, or stands behind a reason. */
function ownersOf({ owners, reasons, meta }: Readonly<ChangeAssessment>, link: Link) {
  return owners.lanes
    .map((owner) => {
      const named = reasons.filter((reason) => reason.lane === owner.lane).length
      const open = owner.findings.length
      return {
        lane: LANE_TITLES[owner.lane],
        contact: owner.contact,
        ...personOf(owner.contact),
        hours: hours(owner.respondWithinHours),
        until: deadline(meta, owner.lane),
        acts: named > 0 || open > 0,
        reasons: number(named),
        open: number(open),
        findings: capped(owner.findings.map(link), SHOWN.findingsOfReason, 'finding'),
      }
    })
    .toSorted((left, right) => Number(right.acts) - Number(left.acts))
}

/** When the response time of a lane runs out; null when it has nothing to answer. */
function deadline(meta: ChangeAssessment['meta'], lane: Lane): string | null {
  const until = meta.respondBy?.[lane]
  return until === undefined ? null : instant(until)
}

/** A contact as integrations write it, "Name <address>", in its two parts. */
function personOf(contact: string) {
  const match = /^([^<]+?)\s*<([^>]*)>$/.exec(contact)
  const [, person = contact, address = null] = match ?? []
  return { person: shortened(person, 60), address: address === null ? null : shortened(address, 50) }
}

function confidenceOf({
  evidence,
  accounting,
  checks,
  waivers,
  meta,
  leftBehind,
  ...rest
}: Readonly<ChangeAssessment>) {
  const { recording, target, agreement, notCompared } = evidence
  const [level = '', explained = ''] = EVIDENCE_LEVELS[evidence.level].split(': ')
  const { recorded, replayed, observed, compared, reconciles } = accounting
  const inState = (state: CheckResult['state']) => checks.filter((check) => check.state === state).length
  const errored = inState('errored')
  const row = (term: string, text: string, ok: boolean | null = null) => ({ term, text: shortened(text, 90), ok })
  const days = daysBetween(recording.recordedAt, meta.assessedAt)
  return [
    row('Evidence', `${level}: ${explained}`, evidence.level === 'live' ? true : null),
    row('Target', `${target.environment}, build ${target.build}`),
    row(
      'Recording',
      `${instant(recording.recordedAt)}${days === null ? '' : days === 0 ? ', the day of this assessment' : `, ${counted(days, 'day')} before this assessment`}; ${recording.erp}`,
    ),
    row(
      'Counts',
      `${number(recorded)} recorded, ${number(replayed)} replayed, ${number(observed)} observed, ${number(compared)} compared`,
      reconciles,
    ),
    row(
      'Control totals',
      rest.controlTotals.every((total) => total.reconciles) ? 'equal in every currency' : 'different, see below',
      rest.controlTotals.every((total) => total.reconciles),
    ),
    agreement === null
      ? row('Agreement', 'not measured: only one of mock and sandbox answered')
      : row(
          'Agreement',
          `${number(agreement.agreed)} of ${number(agreement.compared)} values: mock = sandbox`,
          agreement.disagreements.length === 0,
        ),
    row(
      'Checks',
      `${inState('passed')} passed, ${inState('failed')} failed, ${inState('not-applicable')} not applicable, ${errored} errored`,
      errored === 0 ? null : false,
    ),
    row(
      'Not compared',
      notCompared.length === 0 ? 'nothing was left out' : `${counted(notCompared.length, 'kind')} of places, see below`,
    ),
    row('Waivers', waiverSummary(waivers)),
    ...(leftBehind.length === 0
      ? []
      : [row('Left behind', `${counted(leftBehind.length, 'document')} in the target`, false)]),
  ]
}

function waiverSummary(waivers: ChangeAssessment['waivers']): string {
  if (waivers.length === 0) return 'none'
  const states = [...new Set(waivers.map((waiver) => waiver.state))].sort()
  return states
    .map((state) => `${waivers.filter((waiver) => waiver.state === state).length} ${state.replaceAll('-', ' ')}`)
    .join(', ')
}

const NOTE_STATES = { met: 'ok', unmet: 'no', untested: 'unknown' } as const

function notesOf({ notes }: Readonly<ChangeAssessment>, link: Link) {
  const expectations = notes.flatMap((note) => note.expectations.map((expectation) => ({ note, expectation })))
  const inState = (state: keyof typeof NOTE_STATES) =>
    expectations.filter(({ expectation }) => expectation.state === state)
  const undecided = notes.filter((note) => note.affectsUs === 'undecided')
  const open = [
    ...undecided.map((note) => ({ id: note.id, state: 'undecided', text: shortened(note.says, 90) })),
    ...(['unmet', 'untested'] as const).flatMap((state) =>
      inState(state).map(({ note, expectation }) => ({
        id: note.id,
        state,
        text: shortened(expectation.summary, 90),
      })),
    ),
  ]
  return {
    count: number(notes.length),
    met: number(inState('met').length),
    unmet: number(inState('unmet').length),
    untested: number(inState('untested').length),
    undecided: number(undecided.length),
    unaffected: number(notes.filter((note) => note.affectsUs === 'no').length),
    open: capped(open, SHOWN.openNotes, 'open entry', 'open entries'),
    all: notes.map((note) => ({
      ...note,
      from: note.from === 'erp-publisher' ? 'ERP publisher' : 'AP vendor',
      /** Only addresses of the web become links; everything else is shown as text. */
      address: /^https?:\/\/[^\s]+$/.test(note.source) ? note.source : null,
      affects: { yes: 'affects us', no: 'does not affect us', undecided: 'nobody has decided' }[note.affectsUs],
      undecided: note.affectsUs === 'undecided',
      expectations: note.expectations.map((expectation) => ({
        ...expectation,
        icon: NOTE_STATES[expectation.state],
        findings: capped(expectation.findings.map(link), SHOWN.findingsOfReason, 'finding'),
      })),
    })),
  }
}

const PHASES: Readonly<Record<ChangeAssessment['rollback']['steps'][number]['phase'], string>> = {
  hold: 'Hold',
  freeze: 'Freeze',
  undo: 'Undo',
  verify: 'Verify',
  drain: 'Drain',
  reconcile: 'Reconcile',
  close: 'Close',
}

function rollbackOf({ rollback }: Readonly<ChangeAssessment>, link: Link) {
  const total = Math.max(1, rollback.totalMinutes)
  let elapsed = 0
  const steps = rollback.steps.map((step, index) => {
    const start = elapsed
    elapsed += step.minutes
    return {
      ...step,
      number: index + 1,
      phase: PHASES[step.phase],
      owner: LANE_TITLES[step.owner],
      rehearsed: step.timing === 'rehearsed',
      timed: timingWords(step),
      where: step.where ?? null,
      pointOfNoReturn: step.pointOfNoReturn ?? null,
      after: elapsed,
      x: ((start * 1000) / total).toFixed(1),
      width: Math.max(2, (step.minutes * 1000) / total - 3).toFixed(1),
    }
  })
  const rehearsed = steps.filter((step) => step.rehearsed).length
  return {
    trigger: rollback.trigger,
    shortTrigger: shortened(rollback.trigger, 190),
    decider: rollback.decider,
    shortDecider: shortened(rollback.decider, 80),
    decideBy: instant(rollback.decideBy),
    minutes: number(rollback.totalMinutes),
    count: counted(steps.length, 'step'),
    rehearsed:
      rehearsed === 0 ? 'none rehearsed: every time is an estimate' : `${rehearsed} rehearsed, the rest estimates`,
    steps,
    phases: phaseMinutes(rollback.steps),
    pointOfNoReturn: rollback.pointOfNoReturn.map((point) => ({
      ...point,
      by: point.by === null ? null : instant(point.by),
    })),
    topPoints: capped(
      rollback.pointOfNoReturn.map((point) => ({
        text: shortened(point.text, 130),
        by: point.by === null ? null : instant(point.by),
      })),
      SHOWN.pointsOfNoReturn,
      'point',
    ),
    rehearsal: rollback.rehearsal?.text ?? null,
    documents: (rollback.documents ?? []).map((document) => ({
      ...document,
      number: document.document ?? 'no number',
      amount: `${document.currency} ${grouped(document.gross)}`,
      how: document.how.replaceAll('-', ' '),
      findings: capped(document.findings.map(link), 2, 'finding'),
    })),
    queue: (rollback.queue ?? []).join(', ') || null,
    reconciliation: rollback.reconciliation ?? [],
    changeClasses: rollback.changeClasses.map((entry) => ({
      ...entry,
      findings: capped(entry.findings.map(link), SHOWN.findingsOfReason, 'finding'),
    })),
  }
}

function phaseMinutes(steps: ChangeAssessment['rollback']['steps']): readonly string[] {
  const phases = [...new Set(steps.map((step) => step.phase))]
  return phases.map((phase) => {
    const own = steps.filter((step) => step.phase === phase)
    return `${PHASES[phase]} ${own.reduce((sum, step) => sum + step.minutes, 0)}`
  })
}

function approvalsOf({ change, owners }: Readonly<ChangeAssessment>) {
  const { requester, developer, tester, approver } = change.people
  const row = (role: string, person: string, signs: string) => ({ role, person: shortened(person, 60), signs })
  return [
    row('Requester', requester, 'asked for it'),
    row('Developer', developer, 'built it'),
    row('Tester', tester, 'tested it'),
    row('Accountable', owners.accountable, 'answers for the integration'),
    row('Change authority', approver, 'decides'),
  ]
}

const CLASSES: readonly Finding['class'][] = ['coding', 'amount', 'rounding', 'identity', 'state', 'text', 'structure']
const LANES: readonly Lane[] = ['ap-vendor', 'erp-publisher', 'it', 'finance']

function findingsOf(
  { findings: all, impact, change, evidence }: Readonly<ChangeAssessment>,
  weighing: readonly Finding[],
  information: readonly Finding[],
  contacts: ReadonlyMap<Lane, string>,
  places: ReadonlyMap<string, string>,
) {
  const weighingCount = all.filter((finding) => !isInformation(finding)).length
  const informationCount = all.length - weighingCount
  const group = (loudness: Finding['loudness'], extent: Readonly<Extent>) => ({
    count: counted(all.filter((finding) => finding.loudness === loudness && !isInformation(finding)).length, 'finding'),
    invoices: counted(extent.invoices, 'invoice'),
    money: extentAmounts(extent, SPACE),
    findings: weighing
      .filter((finding) => finding.loudness === loudness)
      .map((finding) => findingView(finding, contacts, places)),
  })
  return {
    total: number(all.length),
    any: all.length > 0,
    more: weighingCount > weighing.length ? { shown: number(weighing.length), all: number(weighingCount) } : null,
    information: {
      count: counted(informationCount, 'finding'),
      more:
        informationCount > information.length
          ? { shown: number(information.length), all: number(informationCount) }
          : null,
      findings: information.map((finding) => findingView(finding, contacts, places)),
    },
    silent: group('silent', impact.silent),
    loud: group('loud', impact.loud),
    baseline: evidence.baseline.build || change.from,
    candidate: evidence.target.build || change.to,
    lanes: LANES.map((lane) => ({ id: lane, title: LANE_TITLES[lane] })),
    classes: CLASSES,
    picture: pictureOf(all.filter((finding) => !isInformation(finding))),
    counts: {
      unexpected: number(all.filter((finding) => finding.status === 'unexpected').length),
      expected: number(all.filter((finding) => finding.status === 'expected').length),
      waived: number(all.filter((finding) => finding.status === 'waived').length),
      open: number(all.filter((finding) => !isHandled(finding) && finding.severity === 'error').length),
    },
  }
}

/** One row per class that has findings, one cell per lane, one square per finding as far as they fit. */
function pictureOf(findings: readonly Finding[]) {
  return CLASSES.map((name) => ({
    name,
    cells: LANES.map((lane) => {
      const own = findings.filter((finding) => finding.class === name && finding.lane === lane)
      const silent = own.filter((finding) => finding.loudness === 'silent').length
      const squares = own.length > 12 ? [] : own.map((_, index) => ({ x: index * 13, silent: index < silent }))
      return { count: own.length, width: Math.max(1, squares.length * 13), squares, silent, loud: own.length - silent }
    }),
  })).filter((row) => row.cells.some((cell) => cell.count > 0))
}

function findingView(
  finding: Readonly<Finding>,
  contacts: ReadonlyMap<Lane, string>,
  places: ReadonlyMap<string, string>,
) {
  return {
    ...finding,
    class: finding.class,
    area: finding.area,
    severityIcon: { error: 'no', warning: 'warn', info: 'info' }[finding.severity],
    laneId: finding.lane,
    lane: LANE_TITLES[finding.lane],
    contact: contacts.get(finding.lane) ?? 'no contact is recorded for this lane',
    handling: handling(finding),
    handledIcon: isHandled(finding) ? 'ok' : finding.status === 'unexpected' ? 'no' : 'warn',
    withPlan: WITH_PLAN[finding.withPlan],
    relevance: {
      used: 'the recorded exports use this place',
      mapped: 'the mapping names this place, the recorded exports do not use it',
      'not-used': 'the recorded exports do not use this place',
    }[finding.relevance],
    seenBy: finding.seenBy === 'connector' ? 'the connector reads or sends it' : 'only the gate saw it',
    pointer: finding.pointer === '' ? '(the whole document)' : finding.pointer,
    stage: finding.stage === '' ? null : finding.stage,
    count: counted(finding.invoices.length, 'invoice'),
    money: amounts(finding.amounts, SPACE),
    invoices: capped(
      finding.invoices.map((key) => ({ key, place: places.get(key) ?? 'invoices' })),
      SHOWN.invoicesOfFinding,
      'invoice',
    ),
    examples: finding.examples.map((example) => ({
      ...example,
      sent: comparedValue(example.sent),
      baseline: comparedValue(example.baseline),
      candidate: comparedValue(example.candidate),
      differs: example.baseline !== example.candidate,
    })),
  }
}

const OUTCOMES: Readonly<Record<ChangeAssessment['invoices'][number]['outcome'], readonly [string, string]>> = {
  refused: ['refused', 'no'],
  'not-checked': ['not checked', 'unknown'],
  'newly-accepted': ['newly accepted', 'warn'],
  differs: ['differs', 'warn'],
  same: ['same', 'ok'],
}

function invoicesOf(
  { invoices }: Readonly<ChangeAssessment>,
  findings: readonly Finding[],
  places: ReadonlyMap<string, string>,
  link: Link,
) {
  const rank = new Map(findings.map((finding, index) => [finding.fingerprint, index]))
  const worst = (left: string, right: string) => (rank.get(left) ?? 0) - (rank.get(right) ?? 0)
  const order = Object.keys(OUTCOMES)
  const capNeeded = invoices.length > SHOWN.invoices
  const sorted = capNeeded
    ? invoices.toSorted((left, right) => order.indexOf(left.outcome) - order.indexOf(right.outcome))
    : invoices
  const shown = sorted.slice(0, SHOWN.invoices)
  return {
    total: number(invoices.length),
    more: capNeeded ? { shown: number(shown.length), all: number(invoices.length) } : null,
    outcomes: Object.entries(OUTCOMES).map(([id, [title, icon]]) => ({
      id,
      title,
      icon,
      count: number(invoices.filter((invoice) => invoice.outcome === id).length),
    })),
    rows: shown.map((invoice) => ({
      ...invoice,
      place: places.get(invoice.key) ?? 'invoices',
      gross: grouped(invoice.gross, SPACE).replace('-', '−'),
      type: invoice.type === 'credit-note' ? 'credit note' : 'invoice',
      outcomeId: invoice.outcome,
      outcome: OUTCOMES[invoice.outcome][0],
      icon: OUTCOMES[invoice.outcome][1],
      findings: capped(invoice.findings.toSorted(worst).map(link), SHOWN.findingsOfInvoice, 'finding'),
    })),
  }
}

function controlTotalsOf({ controlTotals }: Readonly<ChangeAssessment>) {
  const cells = (title: string, totals: ControlTotal['recorded'], reference: ControlTotal['recorded']) => ({
    title,
    documents: number(totals.documents),
    gross: grouped(totals.gross, SPACE),
    tax: grouped(totals.tax, SPACE),
    hash: grouped(totals.hash, SPACE),
    differs: {
      documents: totals.documents !== reference.documents,
      gross: totals.gross !== reference.gross,
      tax: totals.tax !== reference.tax,
      hash: totals.hash !== reference.hash,
    },
  })
  return controlTotals.map((total) => ({
    currency: total.currency,
    reconciles: total.reconciles,
    rows: [
      cells('recorded', total.recorded, total.recorded),
      cells('accepted', total.accepted, total.recorded),
      cells('stored', total.stored, total.recorded),
    ],
  }))
}

function accountingOf({ accounting }: Readonly<ChangeAssessment>) {
  return {
    reconciles: accounting.reconciles,
    recorded: number(accounting.recorded),
    replayed: number(accounting.replayed),
    observed: number(accounting.observed),
    compared: number(accounting.compared),
    interactions: number(accounting.interactions),
    interactionsReplayed: number(accounting.interactionsReplayed),
    interactionsNotReached: number(accounting.interactionsNotReached),
  }
}

function checksOf({ checks }: Readonly<ChangeAssessment>) {
  const order: readonly CheckResult['state'][] = ['errored', 'failed', 'not-applicable', 'passed']
  return checks
    .toSorted(
      (left, right) => order.indexOf(left.state) - order.indexOf(right.state) || (left.check < right.check ? -1 : 1),
    )
    .map((check) => ({
      ...check,
      icon: { passed: 'ok', failed: 'no', 'not-applicable': 'info', errored: 'unknown' }[check.state],
      state: check.state.replaceAll('-', ' '),
      findings: number(check.findings),
    }))
}

function agreementOf({ evidence }: Readonly<ChangeAssessment>) {
  const { agreement } = evidence
  if (agreement === null) return null
  return {
    compared: number(agreement.compared),
    agreed: number(agreement.agreed),
    count: counted(agreement.disagreements.length, 'disagreement'),
    disagreements: capped(
      agreement.disagreements.map((entry) => ({
        ...entry,
        mock: comparedValue(entry.mock),
        sandbox: comparedValue(entry.sandbox),
      })),
      SHOWN.disagreements,
      'disagreement',
    ),
  }
}

function waiversOf({ waivers }: Readonly<ChangeAssessment>, link: Link) {
  return waivers.map((waiver) => ({
    ...waiver,
    ...link(waiver.fingerprint),
    expires: instant(waiver.expires),
    icon: waiver.state === 'in-force' ? 'ok' : 'warn',
    state: waiver.state.replaceAll('-', ' '),
  }))
}

function evidenceOf({ evidence }: Readonly<ChangeAssessment>) {
  const { recording, baseline, candidate, target } = evidence
  return {
    level: EVIDENCE_LEVELS[evidence.level],
    target: { ...target, kind: { mock: 'mocked API', container: 'container', url: 'sandbox' }[target.kind] },
    artifacts: [
      {
        title: 'Recording',
        digest: recording.digest,
        about: `${recording.connector} against ${recording.erp}`,
        at: instant(recording.recordedAt),
      },
      {
        title: 'Baseline snapshot',
        digest: baseline.digest,
        about: `build ${baseline.build}`,
        at: instant(baseline.capturedAt),
      },
      ...(candidate === null
        ? []
        : [
            {
              title: 'Candidate snapshot',
              digest: candidate.digest,
              about: `build ${candidate.build}`,
              at: instant(candidate.capturedAt),
            },
          ]),
    ],
    sanitizing: recording.sanitizing.map((entry) => ({ rule: entry.rule, count: number(entry.count) })),
  }
}

function contactsOf({ owners }: Readonly<ChangeAssessment>): ReadonlyMap<Lane, string> {
  return new Map(
    owners.lanes.map((owner) => [owner.lane, `${owner.contact}, answers within ${hours(owner.respondWithinHours)}`]),
  )
}

/** A compared value: told apart are a text, an empty text and nothing at all. */
function comparedValue(value: string | null) {
  if (value === null) return { text: 'not there', absent: true }
  return value === ''
    ? { text: 'empty text', absent: true }
    : { text: revealed(value.replaceAll('\n', '⏎')), absent: false }
}

/** The first rows, and how many are not among them. */
function capped<Row>(rows: readonly Row[], limit: number, noun: string, plural = `${noun}s`) {
  const others = rows.length - limit
  return {
    rows: rows.slice(0, limit),
    more: others > 0 ? `${number(others)} more ${others === 1 ? noun : plural}` : null,
  }
}

/** A text short enough for page one; the dots say that it goes on, and it stands in full in its own section. */
function shortened(text: string, limit: number = SHOWN.sentence): string {
  const line = text.replaceAll('\n', ' ')
  if (line.length <= limit) return line
  const cut = line.slice(0, limit).replace(/[\ud800-\udbff]$/, '')
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), limit - 30))} …`
}

function number(count: number): string {
  return grouped(String(count), SPACE)
}

function hours(count: number): string {
  return `${number(count)} h`
}

/** Whole days between two instants; null when one is not an instant. */
function daysBetween(earlier: string, later: string): number | null {
  const distance = Date.parse(later) - Date.parse(earlier)
  return Number.isFinite(distance) ? Math.floor(distance / 86_400_000) : null
}
