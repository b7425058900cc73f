import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GateError, messageOf } from '../base/errors.ts'
import { isPassing, retryAfter } from '../base/http.ts'
import { canonicalJson, type Json, jsonNumber } from '../base/json.ts'
import { isOnDemand } from '../base/on-demand.ts'
import type { PlanOperation } from '../model/plan.ts'
import type { RecordedRequest, RecordedResponse, SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, ValueLists } from '../model/snapshot.ts'
import {
  type DocumentKey,
  type ErpAdapter,
  type Identity,
  type Operation,
  type Outcome,
  type ReadBack,
  type Session,
  VIRTUAL_BY_RULES,
} from '../ports/erp.ts'
import type { InvoiceObservation, Observation, OperationObservation, Replayed } from '../ports/observation.ts'
import { answeredOf, type Chain, decodeRecording, type Step } from './chains.ts'
import { groupsToFind, isRemoved } from './copies.ts'
import { type DateShift, DateShifting } from './dates.ts'
import type { Journal } from './journal.ts'
import { chainsOfShard, type Lane, lanesOf, type Shard } from './lanes.ts'
import { AmbiguousName, LearnedNames } from './names.ts'
import { Observed } from './observed.ts'
import { withPlaces } from './places.ts'
import { type ListedUse, planned, redirected, withPlan } from './plan.ts'
import { type Rewriting, withIds } from './requests.ts'
import { answerWithoutTag, type RunTag, tagged, withoutTag, writeKey } from './run-tag.ts'
import { isWrite, methodOf } from './write-stage.ts'

/** What a replay needs. */
export type ReplayOptions = Readonly<{
  recording: SanitizedRecording
  adapter: ErpAdapter
  session: Session
  /** Schema of the release that was recorded, to read the recorded requests with. */
  recordedSchema: ErpSchema
  /** Value lists of the recorded release, by which it is known which periods were open; dates stay as they are without them. */
  recordedValues?: ValueLists
  /** Schema and value lists of the target. */
  schema: ErpSchema
  values: ValueLists
  identity: Identity
  /** Applied to every recorded request before it is sent; empty for a replay as is. */
  plan: readonly PlanOperation[]
  /** What was posted so far, and by an earlier run that was cut off: nothing that it tells of is posted again. */
  journal: Journal
  /** Put into every reference; empty where the target is thrown away after the run. */
  runTag: RunTag
  /** Removes what was posted when the replay ends; off where the target itself is thrown away. */
  removePosted: boolean
  /** How many lanes are replayed at the same time; 1 unless given. */
  concurrency?: number
  /** Replays only the lanes of one part of the recording. */
  shard?: Shard
  timing?: Partial<Timing>
  /**
   * Says of a document that was read back which path each of its records has in the baseline, where it is another one: a
   * release that keeps lines in another order still has the same lines.
   */
  pathsInBaseline?: (invoice: string, stages: readonly DocumentStage[], document: Json) => ReadonlyMap<string, string>
  onProgress?: (done: number, total: number, what: string) => void
}>

/** How long is waited for what. Milliseconds. */
export type Timing = Readonly<{
  /** After a write whose answer was lost, before the target is asked whether it was done: it may still be at work. */
  settle: number
  /** Between two attempts of one write; doubled each time. */
  pause: number
  /** Between two questions after a job. */
  poll: number
  /** Longest time that a job may take. */
  jobWithin: number
}>

const TIMING: Timing = { settle: 3000, pause: 200, poll: 1000, jobWithin: 120_000 }

/** How often one write is sent at most. */
const WRITE_TRIES = 4

/** Milliseconds beyond which a `Retry-After` is not waited for. */
const LONGEST_PAUSE = 30_000

/**
 * Sends a recording to a target that is proven to be a sandbox: first what serves all invoices, then the invoices, one
 * operation after the other within a lane and lanes side by side; and reads back every document after each operation that
 * wrote it. Ids are rewritten by name; a record whose name is unknown or ambiguous in the target is never guessed. A write
 * whose answer is lost is sent again only once the target has shown that it was not done. A connection fault ends the
 * replay and is told as such. The observation does not depend on how many lanes run at the same time.
 */
export async function replay(options: ReplayOptions): Promise<Observation> {
  const { recording, adapter, recordedSchema, journal } = options
  const decoded = decodeRecording(recording.interactions, adapter, recordedSchema)
  const mine = options.shard === undefined ? undefined : chainsOfShard(decoded, options.shard)
  const lanes = lanesOf(decoded).filter((lane) => mine === undefined || mine.has(lane[0] ?? -1))
  const chains = decoded.chains.filter((_, index) => mine === undefined || mine.has(index))
  const run = new Run(options, decoded.names)
  const observed = new Observed(decoded, !isOnDemand(recording.interactions))
  const replayChain = async (index: number, names: LearnedNames): Promise<void> => {
    const chain = decoded.chains[index]
    if (chain === undefined) return
    options.onProgress?.(observed.count, chains.length, chain.key)
    observed.addInvoice(index, await run.chain(chain, names))
  }
  try {
    for (const step of decoded.shared) observed.addShared(await run.perform(step, undefined))
    await inLanes(lanes, options.concurrency ?? 1, () => run.openLane(), replayChain)
    options.onProgress?.(chains.length, chains.length, '')
  } catch (error) {
    // A defect of the harness must not leave documents in somebody's sandbox.
    if (options.removePosted) await run.removeAll(chains)
    throw error
  }
  const copies = run.fault === undefined ? await run.copies(chains) : []
  const leftBehind = options.removePosted ? await run.removeAll(chains) : []
  await journal.finish(run.fault?.code)
  return {
    identity: options.identity,
    schema: options.schema,
    values: options.values,
    shared: observed.shared(),
    invoices: observed.invoices(),
    ...(run.fault === undefined ? {} : { fault: run.fault }),
    byRules: chains.map(({ key }) => key).filter((key) => run.byRules.has(key)),
    copies,
    leftBehind,
  }
}

/**
 * Works on several chains at a time, in recorded order, and never on two of one lane: with a width of 1 in recorded order
 * altogether. The first failure stops what has not begun.
 */
async function inLanes(
  lanes: readonly Lane[],
  width: number,
  open: () => LearnedNames,
  work: (chain: number, names: LearnedNames) => Promise<void>,
): Promise<void> {
  const opened = lanes.map((lane) => ({ lane, names: open(), isBusy: false, waiting: [] as number[] }))
  const order = opened
    .flatMap((lane) => lane.lane.map((chain) => ({ chain, lane })))
    .sort((left, right) => left.chain - right.chain)
    .values()
  let failed = false
  const worker = async () => {
    for (const { chain, lane } of order) {
      if (failed) return
      if (lane.isBusy) {
        lane.waiting.push(chain)
        continue
      }
      lane.isBusy = true
      try {
        for (let next: number | undefined = chain; next !== undefined; next = lane.waiting.shift()) {
          if (failed) return
          await work(next, lane.names)
        }
      } catch (error) {
        failed = true
        throw error
      } finally {
        lane.isBusy = false
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.max(1, width) }, worker))
  for (const { reason } of ended.filter((result) => result.status === 'rejected')) throw reason
}

/** What is known of the invoice that is being replayed. */
type Progress = {
  readonly chain: Chain
  readonly names: LearnedNames
  /** The document under which the target knows the invoice, once it was created. */
  id: string | undefined
  document: DocumentKey | undefined
  /** The document as last read back. */
  stored: Json | undefined
  /** How its dates are moved, where its period is closed in the target. */
  shift: DateShift | undefined
  /** The operation that wrote the document last. */
  after: string
}

/** A document to be removed, or why it cannot be. */
type Posted = Readonly<{ invoice: string; id: string | undefined; why: string }>

class Run {
  fault: Observation['fault']
  readonly byRules = new Set<string>()
  /** Whether the document of each invoice that was sent must be in the target. */
  readonly #expected = new Map<string, boolean>()
  /** Documents that the target stored, or may have stored. */
  readonly #posted: Posted[] = []
  /** Creates whose answer was never seen: what they may have stored must be removed too. */
  readonly #unsure = new Map<string, { document: DocumentKey; names: LearnedNames }>()
  readonly #documents = new Map<string, DocumentKey>()
  readonly #lanes: LearnedNames[] = []
  readonly #options: ReplayOptions
  readonly #timing: Timing
  readonly #recorded: LearnedNames
  readonly #live = new LearnedNames()
  /** What the keys of this run's writes are made of; a target that is thrown away has no tag and sees no second run. */
  readonly #keys: string
  readonly #dates: DateShifting | undefined
  /** Why invoices were not sent at all, by supplier and reference: another export of one has nothing to find. */
  readonly #unplaced = new Map<string, string>()

  constructor(options: ReplayOptions, recorded: LearnedNames) {
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
    this.#recorded = recorded
    this.#keys = options.runTag === '' ? randomUUID() : options.runTag
    const { adapter, recordedSchema, recordedValues, values } = options
    this.#dates = DateShifting.between(adapter, recordedSchema, recordedValues, values)
  }

  /** Names of a lane: those that serve all invoices, and its own. */
  openLane(): LearnedNames {
    const names = new LearnedNames(this.#live)
    this.#lanes.push(names)
    return names
  }

  async chain(chain: Chain, names: LearnedNames): Promise<InvoiceObservation> {
    const { adapter, recordedSchema } = this.#options
    const operations: OperationObservation[] = []
    const stages: DocumentStage[] = []
    const progress: Progress = {
      chain,
      names,
      id: undefined,
      document: undefined,
      stored: undefined,
      shift: undefined,
      after: '',
    }
    let sent: Json | undefined
    const identity = JSON.stringify([chain.supplier, chain.reference])
    let stopped = this.#unplaced.get(identity)
    for (const step of chain.steps) {
      const { operation } = step
      if (stopped !== undefined) {
        operations.push(observed(step, { state: 'not-reached', because: stopped }))
        continue
      }
      if (operation.kind === 'create') {
        sent = adapter.sent(operation, step.interaction.request, recordedSchema, this.#recorded)
        const shift = this.#dates?.of(sent)
        if (shift !== undefined && 'why' in shift) {
          stopped = shift.why
          this.#unplaced.set(identity, stopped)
          operations.push(observed(step, { state: 'not-reached', because: stopped }))
          continue
        }
        progress.shift = shift
      }
      const result = await this.perform(step, progress)
      operations.push(result)
      if (operation.kind === 'create' && result.replayed.state === 'accepted') {
        progress.id = idOf(names, operation.resource, step.at)
        const why = 'the target did not tell its id: look for it by its reference'
        this.#posted.push({ invoice: chain.key, id: progress.id, why })
      }
      if (operation.kind === 'remove' && result.replayed.state === 'accepted') this.#forget(chain.key, progress.id)
      if (isWrite(operation)) {
        progress.after = methodOf(operation)
        const stage = await this.#stage(step, result, progress, stages)
        if (stage !== undefined) stages.push(stage)
        // What follows a write that ended otherwise would be asked of a document that the connector never saw.
        if (result.replayed.state !== result.recorded.state) stopped = `${operation.name} was ${result.replayed.state}`
      }
    }
    if (sent !== undefined) this.#expected.set(chain.key, progress.id !== undefined && !operations.some(isRemoved))
    return {
      key: chain.key,
      supplier: chain.supplier,
      reference: chain.reference,
      ...(sent === undefined ? {} : { sent }),
      operations,
      stages,
      ...(progress.id === undefined ? {} : { id: progress.id }),
    }
  }

  /** Sends one recorded step; `progress` is that of its invoice, `undefined` for what serves all invoices. */
  async perform(step: Step, progress: Progress | undefined): Promise<OperationObservation> {
    if (this.fault !== undefined) {
      return observed(step, { state: 'not-reached', because: `the connection failed at interaction ${this.fault.seq}` })
    }
    // Logging in was done once for this session; a recorded log-in has no password left in it. Jobs are this run's own.
    if (step.operation.kind === 'session' || step.operation.kind === 'poll') return observed(step, step.recorded)
    const names = progress?.names ?? this.#live
    try {
      const rewritten = this.#rewritten(step, names, progress?.after ?? '', progress?.shift)
      if (typeof rewritten === 'string') return observed(step, { state: 'unresolved', because: rewritten })
      const operation = this.#options.adapter.decode(rewritten, this.#options.schema, names)
      // What a request does is read under the path that was recorded, whatever path the plan sends it to.
      const request = { ...rewritten, path: redirected(rewritten.path, this.#options.plan) }
      const outcome = await this.#answer(step, operation, request, names, progress)
      const answered = answeredOf(this.#unshifted(outcome, progress))
      if (answered.state === 'fault') this.#fail(step, answered.code, answered.message)
      return observed(step, answered)
    } catch (error) {
      if (error instanceof AmbiguousName) return observed(step, { state: 'unresolved', because: error.message })
      if (!(error instanceof GateError)) throw error
      this.#fail(step, error.code, error.message)
      return observed(step, { state: 'fault', code: error.code, message: error.message })
    }
  }

  /** Asks the ERP's own search for every invoice that was created: one that is there twice is found by nothing else. */
  async copies(chains: readonly Chain[]): Promise<Observation['copies']> {
    const { adapter, session, runTag, journal } = this.#options
    if (!adapter.capabilities.includes('find-by-reference')) return []
    if (journal.past.copies !== undefined) return journal.past.copies
    const copies: { invoices: readonly string[]; expected: number; found: number }[] = []
    try {
      for (const group of groupsToFind(chains, this.#expected)) {
        const { supplierResource } = group
        const supplier =
          supplierResource === undefined ? group.supplier : idOf(this.#live, supplierResource, group.supplier)
        if (supplier === undefined) continue
        const reference = tagged(group.reference, runTag, adapter.referenceField.longest)
        const found = await session.find(supplier, reference)
        copies.push({ invoices: group.invoices, expected: group.expected, found: found.length })
        // What nothing in this run has named was stored besides what was posted, and is removed with it.
        if (runTag === '') continue
        const why = 'stored besides what was posted'
        for (const id of found.filter((each) => !this.#isNamed(each))) {
          this.#posted.push({ invoice: group.invoices.at(-1) ?? '', id, why })
        }
      }
      journal.counted(copies)
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      this.fault ??= {
        seq: 0,
        code: error.code,
        message: error.message,
        at: 'the search for copies',
        when: new Date().toISOString(),
      }
    }
    return copies
  }

  /**
   * Takes away what was posted, the last first, and returns what is still there. Once the target no longer answers, the
   * rest is listed and not asked for.
   */
  async removeAll(chains: readonly Chain[]): Promise<Observation['leftBehind']> {
    const { journal } = this.#options
    await this.#findUnsure()
    const places = new Map(chains.map(({ key }, index) => [key, index]))
    const placeOf = ({ invoice }: Posted) => places.get(invoice) ?? 0
    const left: { invoice: string; id: string; why: string }[] = []
    let unanswered: string | undefined
    for (const { invoice, id, why } of this.#posted.toSorted((one, other) => placeOf(one) - placeOf(other)).reverse()) {
      if (id === undefined || unanswered !== undefined) {
        left.push({ invoice, id: id ?? 'unknown', why: id === undefined ? why : (unanswered ?? why) })
        continue
      }
      try {
        const before = journal.past.removed.get(id)
        const how = before ?? (await this.#remove(invoice, id))
        if (before === undefined) journal.removed(invoice, id, how)
        if (how === 'left') left.push({ invoice, id, why: 'its state does not allow removal' })
      } catch (error) {
        // Whatever went wrong with one document, the others are still to be removed.
        left.push({ invoice, id, why: messageOf(error) })
        const code = error instanceof GateError ? error.code : undefined
        if (code === 'target-unreachable' || code === 'target-refused-login') unanswered = messageOf(error)
      }
    }
    return left
  }

  /** Looks for what the creates whose answer was lost may have stored. */
  async #findUnsure(): Promise<void> {
    const isFound = this.#options.adapter.capabilities.includes('find-by-reference')
    if (isFound && this.#unsure.size > 0) await sleep(this.#timing.settle)
    for (const [invoice, { document, names }] of this.#unsure) {
      const why = 'the connection failed while it was created, so it may be stored: look for it by its reference'
      const ids = isFound ? await this.#unknownIds(document, names).catch(() => [undefined]) : [undefined]
      for (const id of ids) this.#posted.push({ invoice, id, why })
    }
    this.#unsure.clear()
  }

  #forget(invoice: string, id: string | undefined): void {
    const at = this.#posted.findIndex((posted) => posted.invoice === invoice && posted.id === id)
    if (at >= 0) this.#posted.splice(at, 1)
  }

  #isNamed(id: string): boolean {
    const { documentResource } = this.#options.adapter
    return this.#lanes.some((names) => names.nameOf(documentResource, id) !== undefined)
  }

  /** The target's answer to a step: from the journal where an earlier run already has it, else by sending. */
  async #answer(
    step: Step,
    operation: Operation,
    request: RecordedRequest,
    names: LearnedNames,
    progress: Progress | undefined,
  ): Promise<Outcome> {
    const { adapter, session, schema, journal, runTag } = this.#options
    const { seq } = step.interaction
    const read = (response: RecordedResponse, isAwaited = false): Outcome => {
      if (progress !== undefined && response.headers[VIRTUAL_BY_RULES] !== undefined)
        this.byRules.add(progress.chain.key)
      const asked = isAwaited ? { ...operation, isAwaited } : operation
      return adapter.interpret(asked, answerWithoutTag(response, runTag), schema, names, step.at)
    }
    const keep = (response: RecordedResponse) => {
      if (progress !== undefined) journal.answered(seq, response)
    }
    if (operation.kind === 'create' && progress !== undefined && operation.document !== undefined) {
      progress.document = operation.document
      this.#documents.set(progress.chain.key, operation.document)
    }
    const before = progress === undefined ? undefined : journal.past.answers.get(seq)
    if (before !== undefined && progress !== undefined) return this.#settled(read(before), operation, progress, read)
    if (progress === undefined || !(isWrite(operation) || operation.kind === 'acknowledge')) {
      const response = await session.send(session.authorize(request), true)
      const outcome = read(response)
      if (outcome.state !== 'fault') keep(response)
      return outcome
    }
    const begun = journal.past.begun.get(seq)
    const isKeyed = adapter.keyed !== undefined
    const write = adapter.keyed?.(request, writeKey(this.#keys, seq)) ?? request
    const canBeSeen = operation.kind === 'acknowledge' || isKeyed || session.answerOf !== undefined
    let unsureUntil = begun === undefined ? undefined : Date.parse(begun) + this.#timing.settle
    for (let attempt = 1; ; attempt++) {
      if (unsureUntil !== undefined) {
        await waitUntil(unsureUntil)
        // How long an ERP remembers a key is not known, so a run that was cut off looks first.
        const isRemembered = isKeyed && (attempt > 1 || operation.isDeferred === true)
        const recovered = isRemembered ? undefined : await this.#recovered(operation, request, progress)
        if (recovered !== undefined) {
          keep(recovered)
          this.#unsure.delete(progress.chain.key)
          return read(recovered)
        }
      }
      await journal.announce({ seq, invoice: progress.chain.key, what: operation.name })
      let pause = this.#timing.pause * 2 ** (attempt - 1)
      try {
        const response = await session.send(session.authorize(write), false)
        const outcome = read(response)
        if (outcome.state !== 'fault') {
          keep(response)
          this.#unsure.delete(progress.chain.key)
          return this.#settled(outcome, operation, progress, read)
        }
        this.#noteUnsure(operation, progress)
        pause = Math.max(pause, retryAfter(response.headers, Date.now()) ?? 0)
        // An answer that is no answer of the ERP may have been given after the ERP had done its work.
        const mayPass = response.status < 400 || isPassing(response.status)
        if (!mayPass || !canBeSeen || attempt === WRITE_TRIES || pause > LONGEST_PAUSE) return outcome
        unsureUntil = Date.now() + (isFromGateway(response.status) ? this.#timing.settle : 0)
      } catch (error) {
        if (!(error instanceof GateError) || error.code !== 'target-unreachable') throw error
        this.#noteUnsure(operation, progress)
        if (!canBeSeen || attempt === WRITE_TRIES) throw error
        unsureUntil = Date.now() + this.#timing.settle
      }
      await sleep(pause)
    }
  }

  /**
   * The answer of a write that may have been done although nobody saw its answer, `undefined` when the target shows that it
   * was not done. Throws `target-fault` where the target cannot tell.
   */
  async #recovered(
    operation: Operation,
    request: RecordedRequest,
    progress: Progress,
  ): Promise<RecordedResponse | undefined> {
    const { adapter, session, schema, runTag } = this.#options
    // Saying yes to a warning twice changes no document.
    if (operation.kind === 'acknowledge') return undefined
    const { document, id, names } = progress
    const canAnswer = session.answerOf !== undefined
    const answer = async (of: string) => session.answerOf?.(operation, request, of, schema)
    if (operation.kind === 'create' && document !== undefined && canAnswer) {
      const unknown = await this.#unknownIds(document, names)
      const [found, ...more] = unknown
      if (found === undefined && operation.isDeferred !== true) return undefined
      if (found === undefined)
        throw lost(`${operation.name} of ${progress.chain.key} may still be at work in the target`)
      if (more.length === 0) return answer(found)
      throw lost(
        `${operation.name} of ${progress.chain.key} was done ${unknown.length} times: ids ${unknown.join(' and ')}`,
      )
    }
    if (operation.kind === 'remove' && document !== undefined && id !== undefined && canAnswer) {
      const found = await session.find(document.supplierId, document.reference)
      return found.includes(id) ? undefined : answer(id)
    }
    if (operation.kind === 'transition' && id !== undefined && progress.stored !== undefined && canAnswer) {
      const shows = adapter.documentResources.includes(operation.resource)
      const now = shows ? await this.#readBack(id) : undefined
      if (now !== undefined) {
        const isSame = canonicalJson(withoutTag(now.document, runTag)) === canonicalJson(progress.stored)
        if (!isSame) return answer(id)
        if (operation.isDeferred !== true) return undefined
      }
    }
    throw lost(
      `${operation.name} of ${progress.chain.key} was sent, its answer was lost, and whether it was done cannot be seen`,
    )
  }

  /** Asks after a job until it is done or has taken too long; a run that was cut off asks again. */
  async #settled(
    outcome: Outcome,
    operation: Operation,
    progress: Progress,
    read: (response: RecordedResponse, isAwaited: boolean) => Outcome,
  ): Promise<Outcome> {
    if (outcome.state !== 'pending') return outcome
    const { session } = this.#options
    // Until the job is known to be done, it may store a document at any time.
    this.#noteUnsure(operation, progress)
    const until = Date.now() + this.#timing.jobWithin
    let current: Outcome = outcome
    while (current.state === 'pending' && session.poll !== undefined && Date.now() < until) {
      const response = await session.poll(current.job)
      if (response === undefined) await sleep(this.#timing.poll)
      else current = read(response, true)
    }
    if (current.state !== 'pending' && current.state !== 'fault') this.#unsure.delete(progress.chain.key)
    return current
  }

  /** Ids of the documents under a reference that nothing in this run has named. */
  async #unknownIds(document: DocumentKey, names: LearnedNames): Promise<readonly string[]> {
    const found = await this.#options.session.find(document.supplierId, document.reference)
    return found.filter((id) => names.nameOf(this.#options.adapter.documentResource, id) === undefined)
  }

  async #stage(
    step: Step,
    result: OperationObservation,
    progress: Progress,
    earlier: readonly DocumentStage[],
  ): Promise<DocumentStage | undefined> {
    const after = step.operation.name.slice(step.operation.name.lastIndexOf('.') + 1)
    const { journal, runTag } = this.#options
    const { replayed } = result
    if (replayed.state === 'rejected') return { after, outcome: 'rejected', error: replayed.raw }
    if (replayed.state === 'needs-ack')
      return {
        after,
        outcome: 'rejected',
        error: ['UserWarning', [replayed.code.replace('UserWarning ', '.'), replayed.message, '']],
      }
    if (replayed.state !== 'accepted' || progress.id === undefined || step.operation.kind === 'remove') return undefined
    try {
      const { seq } = step.interaction
      const isKnown = journal.past.stored.has(seq)
      const stored = isKnown ? journal.past.stored.get(seq) : await this.#readBack(progress.id)
      if (!isKnown) journal.stored(seq, stored)
      if (stored === undefined) return undefined
      // A connector learns the ids of lines from its own read; when that read is refused, the replay must not lose them.
      progress.stored = withoutTag(stored.document, runTag)
      const { shift } = progress
      const document = shift === undefined ? progress.stored : (this.#dates?.restored(progress.stored, shift) ?? null)
      const stage: DocumentStage = { after, outcome: 'accepted', document }
      const paths = this.#options.pathsInBaseline?.(progress.chain.key, [...earlier, stage], document)
      for (const part of stored.parts) {
        const path = paths?.get(part.path) ?? part.path
        progress.names.learn(part.resource, part.id, path === '' ? step.at : `${step.at}/${path}`)
      }
      return stage
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      this.#fail(step, error.code, error.message)
      return undefined
    }
  }

  /** An answer as it would be, had the dates of its invoice not been moved. */
  #unshifted(outcome: Outcome, progress: Progress | undefined): Outcome {
    const shift = progress?.shift
    return shift === undefined ? outcome : (this.#dates?.answer(outcome, shift) ?? outcome)
  }

  #readBack(id: string): Promise<ReadBack | undefined> {
    return this.#options.session.readBack(id, this.#options.schema, this.#options.values)
  }

  /** Removes one document; a removal whose answer was lost is looked up before it is tried again. */
  async #remove(invoice: string, id: string): Promise<'deleted' | 'voided' | 'left'> {
    const { journal, session } = this.#options
    const document = this.#documents.get(invoice)
    let isUnsure = journal.past.removing.has(id)
    await journal.announceRemoval(invoice, id)
    for (let attempt = 1; ; attempt++) {
      try {
        if (isUnsure && document !== undefined) {
          const found = await session.find(document.supplierId, document.reference)
          if (!found.includes(id)) return 'deleted'
        }
        return await session.remove(id)
      } catch (error) {
        const mayPass = error instanceof GateError && error.code === 'target-unreachable'
        if (!mayPass || attempt === WRITE_TRIES) throw error
        isUnsure = true
        await sleep(this.#timing.pause * 2 ** attempt)
      }
    }
  }

  #noteUnsure(operation: Operation, { chain, document, names }: Progress): void {
    if (operation.kind === 'create' && document !== undefined) this.#unsure.set(chain.key, { document, names })
  }

  /** The recorded request with the target's ids and the plan applied, or why it cannot be sent. */
  #rewritten(step: Step, names: LearnedNames, after: string, shift: DateShift | undefined): RecordedRequest | string {
    const { adapter, schema, plan } = this.#options
    const change =
      plan.length === 0
        ? undefined
        : planned(step.operation, plan, {
            nameOf: (resource, id) => this.#recorded.nameOf(resource, id),
            listOf: (resource, field) => adapter.listOf(resource, field, schema),
            after,
            path: step.interaction.request.path,
          })
    const rewritings: Rewriting[] = []
    for (const reference of step.operation.references) {
      const isPlanned = change?.names.has(reference.pointer) === true
      const name = isPlanned
        ? change.names.get(reference.pointer)
        : this.#recorded.nameOf(reference.resource, reference.id)
      // What the plan no longer names need not be there.
      if (isPlanned && name === undefined) continue
      if (name === undefined) {
        return `${reference.resource} ${reference.id} at ${reference.pointer} was never looked up in the recording, so it has no name to be found by`
      }
      const id = names.idOf(reference.resource, name)
      if (id === undefined) return `${reference.resource} "${name}" was not found in the target`
      rewritings.push({ reference, id })
    }
    const withTargetIds = withIds(step.interaction.request, rewritings)
    if (typeof withTargetIds === 'string') return withTargetIds
    const changed =
      change === undefined ? withTargetIds : withPlan(withTargetIds, change, (listed) => this.#idFor(listed, names))
    if (typeof changed === 'string') return changed
    const { operation } = change ?? step
    const dates = shift === undefined ? [] : (this.#dates?.sends(operation, shift) ?? [])
    return withPlaces(changed, new Map([...this.#tags(operation), ...dates]))
  }

  /** The id of a listed value that only the plan names, as the field of the target takes it. */
  #idFor({ resource, code }: ListedUse, names: LearnedNames): Json | undefined {
    const id = names.idOf(resource, code)
    // Ids that are whole numbers are numbers on the wire, as far as any ERP that is known here goes.
    return id !== undefined && /^-?\d+$/.test(id) ? jsonNumber(id) : id
  }

  #tags(operation: Operation): readonly (readonly [string, Json])[] {
    const { runTag, adapter } = this.#options
    if (runTag === '') return []
    const { resource, field, longest } = adapter.referenceField
    return [...operation.sends, ...operation.filters].flatMap((use) =>
      use.resource === resource && use.field === field && typeof use.value === 'string'
        ? [[use.pointer, tagged(use.value, runTag, longest)] as const]
        : [],
    )
  }

  #fail(step: Step, code: string, message: string): void {
    this.fault ??= {
      seq: step.interaction.seq,
      code,
      message,
      at: step.operation.name,
      when: new Date().toISOString(),
    }
  }
}

/** The id under which a system has a record; `undefined` when it did not tell, or told two. */
function idOf(names: LearnedNames, resource: string, name: string): string | undefined {
  try {
    return names.idOf(resource, name)
  } catch (error) {
    if (error instanceof AmbiguousName) return undefined
    throw error
  }
}

function observed(step: Step, replayed: Replayed): OperationObservation {
  return { seq: step.interaction.seq, operation: step.operation, recorded: step.recorded, replayed }
}

/** A gateway gives up before the ERP behind it does. */
function isFromGateway(status: number): boolean {
  return status === 408 || status === 502 || status === 504
}

async function waitUntil(instant: number): Promise<void> {
  const rest = instant - Date.now()
  if (rest > 0) await sleep(rest)
}

function lost(what: string): GateError {
  return new GateError('target-fault', `${what}.`, {
    hint: 'Look the document up in the sandbox by its reference, which carries the run tag, and run again.',
  })
}
