import type { ControlTotal, InvoiceResult, Rollback } from '../model/assessment.ts'
import { type ChangeClassId, ChangeClassId as Ids } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import type { Integration } from '../model/integration.ts'
import type { Rehearsal, RehearsalPart, RehearsalState } from '../model/rehearsal.ts'
import type { Reversal } from '../ports/erp.ts'
import { canaryOf } from './installation.ts'
import { type CatalogueStep, CHANGE_CLASSES, type ChangeClass, FRAME } from './rollback-catalogue.ts'

/** What a rollback plan is made for. */
export type RollbackOptions = Readonly<{
  findings: readonly Finding[]
  /** Change class of a check, from the check itself. */
  changeClassOf: (check: string) => ChangeClassId | undefined
  /** Classes that something other than a finding calls for, with what it is: a plan, a lapsing credential. */
  alsoClasses: ReadonlyMap<ChangeClassId, readonly string[]>
  kind: 'erp-update' | 'connector-release'
  from: string
  to: string
  erp: string
  integration: Integration
  window: Readonly<{ start: string; end: string }>
  invoices: readonly InvoiceResult[]
  /** What the candidate holds of an invoice in the end, also of one that it refused half way. */
  stored: ReadonlyMap<string, StoredInvoice>
  controlTotals: readonly ControlTotal[]
  /** What the plan changes, one sentence per operation. */
  plan: readonly string[]
  /** Short digests, so that people can tell which mapping and recording are meant. */
  mapping: string
  recording: string
  reversals: Readonly<Record<string, Reversal>>
  rehearsal: RehearsalState
}>

/** State and number of a stored document, and the operation after which it was read. */
export type StoredInvoice = Readonly<{ state: string; number: string | null; after: string }>

type Step = Rollback['steps'][number]
type DocumentToReverse = NonNullable<Rollback['documents']>[number]
type Found = Readonly<{ id: ChangeClassId; known: ChangeClass; findings: readonly Finding[]; objects: string }>

/** How many names a sentence lists before it counts. */
const NAMED = 4

/**
 * The way back: hold the export, freeze the evidence, undo by class what was found, prove it on one invoice, drain,
 * reconcile, close. Minutes are those of the rehearsal where one was made with this evidence on a real ERP, else estimates.
 */
export function rollbackPlan(options: RollbackOptions): Rollback {
  const { integration, rehearsal } = options
  const documents = documentsToReverse(options)
  const queue = options.invoices
    .filter((invoice) => invoice.outcome === 'refused')
    .toSorted((left, right) => ((left.date ?? '') < (right.date ?? '') ? -1 : 1))
  const classes = classesOf(options, documents, queue)
  const words = wordsOf(options, documents, queue)
  const made = (phase: Step['phase'], step: CatalogueStep, of?: Found): Step => {
    const fill = (text: string) => fillIn(text, { ...words, ...(of === undefined ? {} : inWords(of, options)) })
    const timed = timingOf(step.rehearsedBy, rehearsal)
    return {
      phase,
      action: fill(step.action),
      owner: step.owner,
      minutes: timed?.minutes ?? step.minutes,
      timing: timed === undefined ? 'estimate' : 'rehearsed',
      ...(timed === undefined ? {} : { rehearsedOn: timed.on }),
      expected: fill(step.expected),
      verify: fill(step.verify),
      where: fill(step.where),
      ...(of === undefined ? {} : { changeClass: of.id }),
      pointOfNoReturn: fill(step.pointOfNoReturn),
    }
  }
  const steps = [
    made('hold', FRAME.hold),
    made('freeze', FRAME.freeze),
    ...classes.flatMap((found) => found.known.steps.map((step) => made('undo', step, found))),
    made('verify', FRAME.verify),
    made('drain', FRAME.drain),
    made('reconcile', FRAME.reconcile),
    made('close', FRAME.close),
  ]
  const totalMinutes = steps.reduce((minutes, each) => minutes + each.minutes, 0)
  return {
    trigger: `After the installation: one canary invoice (${words.canary}) that is refused, or stored with another amount, account, tax or dimension than the baseline; or no successful export for two intervals of the schedule (${integration.schedule}).`,
    decider: integration.owners.accountable,
    totalMinutes,
    decideBy: minutesBefore(options.window.end, totalMinutes),
    pointOfNoReturn: classes.map((found) => ({
      changeClass: found.id,
      text: fillIn(found.known.pointOfNoReturn, { ...words, ...inWords(found, options) }),
      by: dateOf(found.known.datedBy, options),
    })),
    steps,
    changeClasses: classes.map(({ id, known, findings }) => ({
      id,
      title: known.title,
      findings: findings.map((finding) => finding.fingerprint),
    })),
    documents: [...documents],
    queue: queue.map((invoice) => invoice.key),
    reconciliation: options.controlTotals.map(totalOf),
    rehearsal: { state: rehearsal.state, text: rehearsal.text },
  }
}

/** The change itself first, then what the findings belong to, in the order of the catalogue. */
function classesOf(
  options: RollbackOptions,
  documents: readonly DocumentToReverse[],
  queue: readonly InvoiceResult[],
): readonly Found[] {
  const own = options.kind === 'erp-update' ? 'C11' : 'C9'
  // What people wrote into a waiver is not in the ERP, and nothing has to be taken back for it.
  const weighing = options.findings.filter((finding) => finding.severity !== 'info' && finding.area !== 'waivers')
  const also = new Map(options.alsoClasses)
  if (documents.length > 0) also.set('C12', documents.map(documentName))
  const twice = queue.filter((invoice) => options.stored.has(invoice.key))
  if (twice.length > 0)
    also.set(
      'C13',
      twice.map((invoice) => invoice.key),
    )
  const ids = [own, ...Ids.options.filter((id) => id !== own)] as const
  return ids.flatMap((id): readonly Found[] => {
    const findings = weighing.filter((finding) => options.changeClassOf(finding.check) === id)
    const named = [...new Set([...findings.map(placeOf), ...(also.get(id) ?? [])])]
    if (id !== own && named.length === 0) return []
    return [{ id, known: CHANGE_CLASSES[id], findings, objects: listed(named, `${options.erp} ${options.to}`) }]
  })
}

/**
 * Documents that in the end hold another amount, account, dimension or identity than under the baseline, and those that
 * the baseline would have refused. A draft that differed and came out right in the end needs nothing.
 */
function documentsToReverse(options: RollbackOptions): readonly DocumentToReverse[] {
  const wrong = options.findings.filter(
    (finding) =>
      finding.severity !== 'info' &&
      finding.status !== 'waived' &&
      finding.area === 'documents' &&
      (finding.kind === 'accepted' || ['amount', 'rounding', 'coding', 'identity'].includes(finding.class)),
  )
  return options.invoices.flatMap((invoice): readonly DocumentToReverse[] => {
    const stored = options.stored.get(invoice.key)
    // What is cancelled already needs nothing more.
    if (stored === undefined || stored.state === 'cancelled') return []
    const mine = wrong.filter(
      ({ invoices, kind, stage }) =>
        invoices.includes(invoice.key) && (kind === 'accepted' || stage.split(', ').includes(stored.after)),
    )
    if (mine.length === 0) return []
    const reversal = options.reversals[stored.state]
    return [
      {
        invoice: invoice.key,
        document: stored.number,
        state: stored.state,
        currency: invoice.currency,
        gross: invoice.gross,
        how: reversal?.how ?? 'unknown',
        action:
          reversal?.action ??
          `Find out before the window how ${options.erp} takes back a document in state “${stored.state}”: its adapter does not say.`,
        findings: mine.map((finding) => finding.fingerprint),
      },
    ]
  })
}

type Words = Readonly<Record<string, string>>

function wordsOf(
  options: RollbackOptions,
  documents: readonly DocumentToReverse[],
  queue: readonly InvoiceResult[],
): Words & Readonly<{ canary: string }> {
  const { integration } = options
  const production = Object.values(integration.erp.environments).find(({ kind }) => kind === 'production')
  return {
    canary: canaryOf(options.invoices) ?? 'the first invoice of the queue',
    connector: integration.connector.name,
    credential: `${integration.auth.method}, ${integration.auth.expires === undefined ? 'of unknown expiry' : `expires ${integration.auth.expires}`}`,
    database:
      production === undefined
        ? `the production database of ${options.erp}`
        : `${production.database ?? 'the database'} of ${new URL(production.url).host}`,
    documents: documents.length === 0 ? 'none of the recorded invoices' : byState(documents),
    erp: options.erp,
    from: options.from,
    invoices: String(options.invoices.length),
    mapping: options.mapping,
    objects: `${options.erp} ${options.to}`,
    oldest: queue[0]?.key ?? 'the first that was held',
    plan: options.plan.length === 0 ? 'no plan is in this change.' : listed(options.plan, ''),
    queue: `what was approved since the hold${queue.length === 0 ? '' : `, and ${count(queue.length)} that ${options.to} refused`}`,
    recording: options.recording,
    refused: listed(
      queue.map((invoice) => invoice.key),
      'none of the recorded invoices',
    ),
    schedule: integration.schedule,
    to: options.to,
    totals: options.controlTotals.map(totalOf).join('; ') || 'none',
  }
}

/** What a class is about in this run, and how many invoices. */
function inWords(found: Found, options: RollbackOptions): Words {
  const touched = new Set(found.findings.flatMap((finding) => finding.invoices))
  return { objects: found.objects, invoices: `${touched.size} of ${options.invoices.length}` }
}

function byState(documents: readonly DocumentToReverse[]): string {
  const states = [...new Set(documents.map(({ state }) => state))]
  return states
    .map((state) => {
      const mine = documents.filter((document) => document.state === state)
      return `${count(mine.length)} in state ${state} (${mine[0]?.how ?? 'unknown'}): ${listed(mine.map(documentName), '')}`
    })
    .join('; ')
}

function documentName({ invoice, document }: DocumentToReverse): string {
  return document === null ? invoice : `${invoice} (${document})`
}

function placeOf({ resource, pointer }: Finding): string {
  return `${resource} ${pointer.slice(1)}`.trim()
}

function totalOf({ currency, recorded }: ControlTotal): string {
  return `${currency} ${recorded.gross} gross, ${recorded.tax} tax in ${count(recorded.documents)}`
}

function count(invoices: number): string {
  return `${invoices} invoice${invoices === 1 ? '' : 's'}`
}

function listed(names: readonly string[], none: string): string {
  if (names.length === 0) return none
  const rest = names.length - NAMED
  const shown = names.slice(0, NAMED).map((name) => name.replace(/\.$/, ''))
  return `${shown.join(names.some((name) => name.includes(', ')) ? '; ' : ', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function fillIn(text: string, words: Words): string {
  return text
    .replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole)
    .replace(/\.\.(?!\.)/g, '.')
    .replace(/\s+/g, ' ')
}

/** Minutes of a step, when every part that proves it was done on a real ERP with this evidence. */
function timingOf(
  parts: readonly RehearsalPart[] | undefined,
  state: RehearsalState,
): Readonly<{ minutes: number; on: string }> | undefined {
  if (parts === undefined || state.state !== 'fresh' || state.level !== 'live') return undefined
  const done = parts.map((part) => state.rehearsal.parts.find((each) => each.part === part && each.outcome === 'done'))
  const tenths = done.reduce((sum, part) => sum + (part?.tenths ?? 0), 0)
  if (done.some((part) => part === undefined)) return undefined
  // Never less than a minute: nobody types a command in a second.
  return { minutes: Math.max(1, Math.ceil(tenths / 600)), on: dayOf(state.rehearsal) }
}

function dayOf(rehearsal: Rehearsal): string {
  return rehearsal.meta.rehearsedAt.slice(0, 10)
}

/** The first date of the calendar after which the class cannot be taken back as it stands here. */
function dateOf(datedBy: ChangeClass['datedBy'], options: RollbackOptions): string | null {
  const { calendar, auth } = options.integration
  const opens = options.window.start.slice(0, 10)
  const first = (dates: readonly string[]) => dates.filter((date) => date >= opens).toSorted()[0]
  const close = first(calendar['period-closes'].map(({ date }) => date))
  switch (datedBy) {
    case 'window-end':
      return options.window.end
    case 'credential':
      return auth.expires === undefined || auth.expires === 'never' ? null : auth.expires
    case 'period-close':
      return close ?? null
    case 'payment-run':
      return first([...calendar['payment-runs'], ...(close === undefined ? [] : [close])]) ?? null
    case undefined:
      return null
  }
}

function minutesBefore(instant: string, minutes: number): string {
  return new Date(Date.parse(instant) - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
}
