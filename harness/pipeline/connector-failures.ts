import { canonicalJson } from '../base/json.ts'
import { withValues } from '../base/pointer.ts'
import type { IsBooked } from '../compare/booked.ts'
import { type FailureSeen, judgeFailure } from '../compare/failing.ts'
import { TRUTH } from '../compare/results.ts'
import type { GivenInvoice, GivenInvoices } from '../connector/invoices.ts'
import type { ConnectorTested } from '../model/assessment.ts'
import type { ConnectorRun } from '../model/connector.ts'
import type { Difference } from '../model/difference.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { Held, ReportedInvoice } from '../ports/connector.ts'
import type { ErpAdapter, Operation } from '../ports/erp.ts'
import { type Failure, type FailureAction, PASS } from '../ports/failure.ts'
import type { Chain, DecodedRecording } from '../replay/chains.ts'
import { Watch } from '../replay/watch.ts'
import { leakDifference } from './connector-conduct.ts'
import { type ConnectorRunResult, runConnectorOnce } from './connector-run.ts'
import { loadPlugIn, plugInIds } from './registry.ts'
import type { Rehearsable } from './run.ts'
import { listsOf } from './snapshot.ts'
import { type OpenTarget, openTarget } from './target.ts'

/** What the failures showed: what is said against the connector, and each failure for the report. */
export type FailuresShown = Readonly<{ conduct: readonly Difference[]; tested: ConnectorTested['failures'] }>

/** What a failure is run with. */
type Context = Readonly<{
  subject: Rehearsable
  config: ConnectorRun
  command: string
  invoices: GivenInvoices
  recorded: DecodedRecording
  isBooked: IsBooked
}>

/** Invoices that a failure is tried on: the one that it strikes stands between two that it should spare. */
type Batch = Readonly<{ victim: GivenInvoice; booking: string | undefined; given: readonly GivenInvoice[] }>

/** A failure and its id. */
type NamedFailure = readonly [id: string, failure: Failure]

/** The failures that are asked for. Throws `plug-in-unknown` for one that does not exist. */
export async function failuresOf(wanted: 'all' | readonly string[]): Promise<readonly NamedFailure[]> {
  const ids = wanted === 'all' ? await plugInIds('failures') : wanted
  return Promise.all(ids.map(async (id) => [id, await loadPlugIn('failures', id)] as const))
}

/** How many failures are tried at the same time; most of the time of each is spent waiting. */
const AT_ONCE = 3

/** Milliseconds by which two clocks of one machine may differ. */
const CLOCK = 50

/**
 * Makes the virtual ERP fail the connector in every way that is asked for, one run each on three invoices, and judges what
 * the connector made of it. A failure that cannot be tried is told as not run, and never taken for handled.
 */
export async function runFailures(context: Context, failures: readonly NamedFailure[]): Promise<FailuresShown> {
  const batch = batchOf(context)
  const shown: (readonly [FailuresShown['conduct'], FailuresShown['tested'][number]])[] = []
  const queue = [...failures.entries()]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, [id, failure]] = next
      context.subject.options.onProgress?.(failures.length - queue.length - 1, failures.length, id)
      shown[at] = await tried(context, batch, id, failure)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { conduct: shown.flatMap(([conduct]) => conduct), tested: shown.map(([, tested]) => tested) }
}

async function tried(
  context: Context,
  batch: Batch | string,
  id: string,
  failure: Failure,
): Promise<readonly [FailuresShown['conduct'], FailuresShown['tested'][number]]> {
  const notRun = (why: string): readonly [FailuresShown['conduct'], FailuresShown['tested'][number]] => [
    [],
    { failure: id, title: failure.title, state: 'not-run', invoice: null, saw: [why] },
  ]
  if (typeof batch === 'string') return notRun(batch)
  const { candidate } = context.subject
  if (candidate === undefined)
    return notRun('There is no snapshot of this release, and only a virtual ERP can be made to fail.')
  const { scenario, adapter } = context.subject
  const target = await openTarget({
    target: { kind: 'mock' },
    adapter,
    integration: scenario.integration,
    allIntegrations: scenario.allIntegrations,
    release: context.subject.releases.to,
    snapshot: candidate,
  })
  try {
    for (let run = 1; ; run++) {
      const seen = await runWith(context, batch, failure, target)
      if (run < (failure.runs ?? 1)) continue
      if (!seen.hasStruck && (failure.runs ?? 1) === 1) {
        return notRun('The connector made no request that this failure could strike.')
      }
      const judged = judgeFailure({ ...seen, failure: id }).map(seen.run.mask)
      const leaks = seen.run.leaks.map((leak) => ({ ...leakDifference(leak, context.invoices, seen.run), stage: id }))
      const conduct = [...judged, ...leaks]
      return [
        conduct,
        {
          failure: id,
          title: failure.title,
          state: conduct.length === 0 ? 'handled' : 'not-handled',
          invoice: batch.victim.key,
          saw: seen.invoices.map(sentenceOf),
        },
      ]
    }
  } finally {
    await target.close()
  }
}

type Seen = Omit<FailureSeen, 'failure'> & Readonly<{ run: ConnectorRunResult; hasStruck: boolean }>

async function runWith(context: Context, batch: Batch, failure: Failure, target: OpenTarget): Promise<Seen> {
  const { subject, config, command, invoices, recorded } = context
  const { adapter, baseline, scenario } = subject
  const { schema } = subject.candidate ?? baseline
  const values = await target.session.listValues(listsOf(adapter, subject.recording, baseline.schema))
  const watch = new Watch({
    adapter,
    session: target.session,
    identity: target.identity,
    recordedSchema: baseline.schema,
    schema,
    values,
    recorded,
  })
  const wire = new Wire(watch, batch, failure, adapter)
  const run = await runConnectorOnce({
    config,
    command,
    folder: scenario.folder,
    adapter,
    access: target.access,
    watch,
    invoices,
    given: batch.given,
    act: async (request) => wire.act(request),
  })
  const left = watch.left()
  const reported: ReportedInvoice[] = []
  for (const { id, key } of batch.given) {
    const found = await watch.held(key)
    const [only] = found
    const held: Held =
      only === undefined
        ? 'nothing'
        : found.length > 1
          ? 'several'
          : context.isBooked(key, only.document)
            ? 'booked'
            : 'unfinished'
    reported.push({
      key,
      held,
      wasThere: left.get(key)?.wasThere === true || (failure.saysItIsThere === true && key === batch.victim.key),
      reported: run.reported.findLast(({ invoice }) => invoice === id),
      recorded: undefined,
      hasMessages: config.results.message !== undefined,
    })
  }
  return {
    run,
    hasStruck: wire.hasStruck,
    pointer: failure.pointer,
    victim: batch.victim.key,
    sparesOthers: failure.sparesOthers,
    invoices: reported,
    untold: [...wire.untold],
    createdBlindly: wire.createdBlindly,
    altered: wire.altered,
    hurried: wire.hurried,
    endless: run.ended.how === 'ended' ? undefined : `${run.ended.how} after ${config['time-limit-seconds']} s`,
  }
}

/** What passes while a failure strikes. */
class Wire {
  hasStruck = false
  createdBlindly = false
  altered = false
  /** Keys of the invoices of which a write got no answer that tells what became of it. */
  readonly untold = new Set<string>()
  hurried: FailureSeen['hurried']
  readonly #watch: Watch
  readonly #batch: Batch
  readonly #failure: Failure
  readonly #next: ReturnType<Failure['begin']>
  readonly #refusal: ErpAdapter['refusal']
  readonly #numbering: readonly string[]
  /** Whether a create of the victim has no answer that tells what became of it. */
  #isUnsure = false
  #askedToWaitAt: number | undefined
  /** What the victim was created with first. */
  #content: string | undefined

  constructor(watch: Watch, batch: Batch, failure: Failure, { refusal, numbering }: ErpAdapter) {
    this.#watch = watch
    this.#batch = batch
    this.#failure = failure
    this.#next = failure.begin()
    this.#refusal = refusal
    this.#numbering = numbering
  }

  act(request: RecordedRequest): FailureAction {
    const now = performance.now()
    const known = this.#watch.expect(request)
    const isVictim = known?.key === this.#batch.victim.key
    if (this.#askedToWaitAt !== undefined) {
      const afterMs = Math.round(now - this.#askedToWaitAt)
      const askedMs = this.#failure.asksToWaitMs ?? 0
      if (afterMs < askedMs - CLOCK) this.hurried ??= { afterMs, askedMs }
      this.#askedToWaitAt = undefined
    }
    const content = contentOf(request, this.#numbering)
    const action =
      known === undefined
        ? PASS
        : this.#next({
            request,
            operation: known.operation,
            content,
            isVictim,
            isBooking: known.operation.name === this.#batch.booking,
            refusal: (why) => this.#refusal(request, why),
          })
    if (action.do !== 'pass') this.hasStruck = true
    if (known?.operation.kind === 'create') this.#watchContent(known.key, content)
    if (known?.key !== undefined && WRITES.includes(known.operation.kind) && tellsNothing(action))
      this.untold.add(known.key)
    if (isVictim && known !== undefined) this.#follow(known.operation, action)
    if (action.do === 'answer' && action.response.headers['retry-after'] !== undefined) this.#askedToWaitAt = now
    return action
  }

  /** The victim with other content, or an invoice that nobody gave, such as the victim under another reference. */
  #watchContent(key: string | undefined, content: string): void {
    const isGiven = this.#batch.given.some((invoice) => invoice.key === key)
    if (key === this.#batch.victim.key) this.#content ??= content
    if (!isGiven || (key === this.#batch.victim.key && content !== this.#content)) this.altered = true
  }

  /** A look at the ERP between two creates is what tells a safe retry from a blind one. */
  #follow({ kind }: Operation, action: FailureAction): void {
    if (kind === 'find' || kind === 'read') this.#isUnsure = false
    if (kind !== 'create') return
    if (this.#isUnsure) this.createdBlindly = true
    this.#isUnsure = tellsNothing(action)
  }
}

const WRITES: readonly Operation['kind'][] = ['create', 'transition', 'remove']

/** Whether the connector is left without an answer that tells what became of its request. */
function tellsNothing(action: FailureAction): boolean {
  return action.do === 'lose' || action.do === 'cut' || (action.do === 'answer' && action.response.status >= 500)
}

/** What a request sends, as one text. */
function contentOf({ body }: RecordedRequest, numbering: readonly string[]): string {
  if (body === undefined) return ''
  if (!('json' in body)) return 'text' in body ? body.text : body.base64
  return canonicalJson(withValues(body.json, new Map(numbering.map((pointer) => [pointer, undefined]))))
}

/** Three invoices that were exported as most are; the middle one has the most lines. A sentence where there is none. */
function batchOf({ subject, invoices, recorded }: Context): Batch | string {
  const { adapter, baseline } = subject
  const plain = new Map<string, { invoice: GivenInvoice; path: string; lines: number; booking: string | undefined }>()
  for (const invoice of invoices.all) {
    const chain = recorded.chains.find(({ key }) => key === invoice.key)
    const isOnly = recorded.chains.filter((each) => isSameDocument(each, chain)).length === 1
    const writes = chain?.steps.filter(({ operation }) => WRITES.includes(operation.kind)) ?? []
    const [create] = writes
    if (!isOnly || create === undefined || writes.some(({ recorded: answer }) => answer.state !== 'accepted')) continue
    const names = writes.map(({ operation }) => operation.name)
    const sent = adapter.sent(create.operation, create.interaction.request, baseline.schema, recorded.names)
    plain.set(invoice.key, {
      invoice,
      path: names.join(' '),
      lines: adapter.facts(sent).lines,
      booking: writes.length > 1 ? names.at(-1) : undefined,
    })
  }
  const paths = [...plain.values()].map(({ path }) => path)
  const usual = paths.toSorted((one, other) => count(paths, other) - count(paths, one))[0]
  const alike = [...plain.values()].filter(({ path }) => path === usual)
  const inner = alike.length > 2 ? alike.slice(1, -1) : alike
  const victim = inner.toSorted((one, other) => other.lines - one.lines)[0]
  if (victim === undefined) return 'No given invoice was exported in the recording, so there is none to try it on.'
  const given = alike.filter((each) => each === victim || each === alike[0] || each === alike.at(-1))
  return { victim: victim.invoice, booking: victim.booking, given: given.map(({ invoice }) => invoice) }
}

function isSameDocument(one: Chain, other: Chain | undefined): boolean {
  return one.supplier === other?.supplier && one.reference === other.reference
}

function count(all: readonly string[], one: string): number {
  return all.filter((each) => each === one).length
}

function sentenceOf({ key, held, reported }: ReportedInvoice): string {
  const said = reported === undefined ? 'nothing reported' : `reported ${reported.status}`
  const why = reported === undefined || reported.message === '' ? '' : ` (${reported.message.slice(0, 160)})`
  return `${key}: ${said}${why}; ${TRUTH[held]}.`
}
