import { GateError, messageOf } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { PlanOperation } from '../model/change.ts'
import type { RecordedRequest, SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter, Identity, Operation, Session } from '../ports/erp.ts'
import type { InvoiceObservation, Observation, OperationObservation, Replayed } from '../ports/observation.ts'
import { answeredOf, type Chain, decodeRecording, type Step } from './chains.ts'
import { groupsToFind } from './copies.ts'
import type { Journal } from './journal.ts'
import { AmbiguousName, LearnedNames } from './names.ts'
import { idAt, withPlaces } from './places.ts'
import { planned } from './plan.ts'
import { answerWithoutTag, type RunTag, tagged, withoutTag } from './run-tag.ts'

/** What a replay needs. */
export type ReplayOptions = Readonly<{
  recording: SanitizedRecording
  adapter: ErpAdapter
  session: Session
  /** Schema of the release that was recorded, to read the recorded requests with. */
  recordedSchema: ErpSchema
  /** Schema and value lists of the target. */
  schema: ErpSchema
  values: ValueLists
  identity: Identity
  /** Applied to every recorded request before it is sent; empty for a replay as is. */
  plan: readonly PlanOperation[]
  journal: Journal
  /** Put into every reference; empty where the target is thrown away after the run. */
  runTag: RunTag
  /** Removes what was posted when the replay ends; off where the target itself is thrown away. */
  removePosted: boolean
  /**
   * Says of a document that was read back which path each of its records has in the baseline, where it is another one: a
   * release that keeps lines in another order still has the same lines.
   */
  pathsInBaseline?: (invoice: string, stages: readonly DocumentStage[], document: Json) => ReadonlyMap<string, string>
  onProgress?: (done: number, total: number, what: string) => void
}>

/**
 * Sends a recording to a target that is proven to be a sandbox, one operation after the other within an invoice, and reads
 * back every document after each operation that wrote it. Ids are rewritten by name; a record whose name is unknown or
 * ambiguous in the target is never guessed. A connection fault ends the replay and is told as such.
 */
export async function replay(options: ReplayOptions): Promise<Observation> {
  const { recording, adapter, recordedSchema } = options
  const decoded = decodeRecording(recording.interactions, adapter, recordedSchema)
  const run = new Run(options, decoded.names)
  const shared: OperationObservation[] = []
  const invoices: InvoiceObservation[] = []
  try {
    for (const step of decoded.shared) shared.push(await run.perform(step))
    for (const [index, chain] of decoded.chains.entries()) {
      options.onProgress?.(index, decoded.chains.length, chain.key)
      invoices.push(await run.chain(chain))
    }
    options.onProgress?.(decoded.chains.length, decoded.chains.length, '')
  } catch (error) {
    // A defect of the harness must not leave documents in somebody's sandbox.
    if (options.removePosted) await run.removeAll()
    throw error
  }
  const copies = run.fault === undefined ? await run.copies(decoded.chains, invoices) : []
  const leftBehind = options.removePosted ? await run.removeAll() : []
  return {
    identity: options.identity,
    schema: options.schema,
    values: options.values,
    shared,
    invoices,
    ...(run.fault === undefined ? {} : { fault: run.fault }),
    byRules: [],
    copies,
    leftBehind,
  }
}

class Run {
  fault: Observation['fault']
  readonly #options: ReplayOptions
  readonly #recorded: LearnedNames
  readonly #live = new LearnedNames()
  /** Documents that the target stored, or may have stored, in the order in which they were created. */
  readonly #posted: { invoice: string; id: string | undefined; why: string }[] = []

  constructor(options: ReplayOptions, recorded: LearnedNames) {
    this.#options = options
    this.#recorded = recorded
  }

  async chain(chain: Chain): Promise<InvoiceObservation> {
    const { adapter, recordedSchema } = this.#options
    const operations: OperationObservation[] = []
    const stages: DocumentStage[] = []
    let sent: Json | undefined
    let id: string | undefined
    let stopped: string | undefined
    for (const step of chain.steps) {
      const { operation } = step
      if (stopped !== undefined) {
        operations.push(observed(step, { state: 'not-reached', because: stopped }))
        continue
      }
      if (operation.kind === 'create') {
        sent = adapter.sent(operation, step.interaction.request, recordedSchema, this.#recorded)
      }
      const result = await this.perform(step, chain.key)
      operations.push(result)
      if (operation.kind === 'create' && result.replayed.state === 'fault') {
        const why = 'the connection failed while it was created, so it may be stored: look for it by its reference'
        this.#posted.push({ invoice: chain.key, id: undefined, why })
      }
      if (operation.kind === 'remove' && result.replayed.state === 'accepted') this.#forget(chain.key, id)
      if (operation.kind === 'create' && result.replayed.state === 'accepted') {
        id = this.#idOf(operation.resource, step.at)
        this.#posted.push({
          invoice: chain.key,
          id,
          why: 'the target did not tell its id: look for it by its reference',
        })
        await this.#options.journal.write({
          invoice: chain.key,
          seq: step.interaction.seq,
          what: `created ${id ?? 'without an id'}`,
        })
      }
      if (isWrite(operation)) {
        const stage = await this.#stage(step, result, id, chain.key, stages)
        if (stage !== undefined) stages.push(stage)
        // What follows a write that ended otherwise would be asked of a document that the connector never saw.
        if (result.replayed.state !== result.recorded.state) stopped = `${operation.name} was ${result.replayed.state}`
      }
    }
    return {
      key: chain.key,
      supplier: chain.supplier,
      reference: chain.reference,
      ...(sent === undefined ? {} : { sent }),
      operations,
      stages,
      ...(id === undefined ? {} : { id }),
    }
  }

  async perform(step: Step, invoice = ''): Promise<OperationObservation> {
    if (this.fault !== undefined) {
      return observed(step, { state: 'not-reached', because: `the connection failed at interaction ${this.fault.seq}` })
    }
    // Logging in was done once for this session; a recorded log-in has no password left in it.
    if (step.operation.kind === 'session') return observed(step, step.recorded)
    try {
      const request = this.#rewritten(step)
      if (typeof request === 'string') return observed(step, { state: 'unresolved', because: request })
      const { adapter, session, schema } = this.#options
      if (step.operation.kind === 'create') {
        const what = `about to ${step.operation.name}`
        await this.#options.journal.write({ invoice, seq: step.interaction.seq, what })
      }
      const response = answerWithoutTag(await session.send(session.authorize(request)), this.#options.runTag)
      const operation = adapter.decode(request, schema, this.#live)
      const answered = answeredOf(adapter.interpret(operation, response, schema, this.#live, step.at))
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
  async copies(chains: readonly Chain[], invoices: readonly InvoiceObservation[]): Promise<Observation['copies']> {
    const { adapter, session, runTag } = this.#options
    if (!adapter.capabilities.includes('find-by-reference')) return []
    const copies: { invoices: readonly string[]; expected: number; found: number }[] = []
    try {
      for (const group of groupsToFind(chains, invoices)) {
        const { supplierResource } = group
        const supplier = supplierResource === undefined ? group.supplier : this.#idOf(supplierResource, group.supplier)
        if (supplier === undefined) continue
        const reference = tagged(group.reference, runTag, adapter.referenceField.longest)
        const found = (await session.find(supplier, reference)).length
        copies.push({ invoices: group.invoices, expected: group.expected, found })
      }
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      this.fault ??= { seq: 0, code: error.code, message: error.message, at: 'the search for copies' }
    }
    return copies
  }

  /** Takes away what was posted, the last first, and returns what is still there. */
  async removeAll(): Promise<Observation['leftBehind']> {
    const left: { invoice: string; id: string; why: string }[] = []
    for (const { invoice, id, why } of this.#posted.toReversed()) {
      if (id === undefined) {
        left.push({ invoice, id: 'unknown', why })
        continue
      }
      try {
        const how = await this.#options.session.remove(id)
        await this.#options.journal.write({ invoice, seq: 0, what: `${how} ${id}` })
        if (how === 'left') left.push({ invoice, id, why: 'its state does not allow removal' })
      } catch (error) {
        // Whatever went wrong with one document, the others are still to be removed.
        left.push({ invoice, id, why: messageOf(error) })
      }
    }
    return left
  }

  #forget(invoice: string, id: string | undefined): void {
    const at = this.#posted.findIndex((posted) => posted.invoice === invoice && posted.id === id)
    if (at >= 0) this.#posted.splice(at, 1)
  }

  /** The id under which the target stored a document; `undefined` when it did not tell, or told two. */
  #idOf(resource: string, name: string): string | undefined {
    try {
      return this.#live.idOf(resource, name)
    } catch (error) {
      if (error instanceof AmbiguousName) return undefined
      throw error
    }
  }

  async #stage(
    step: Step,
    result: OperationObservation,
    id: string | undefined,
    key: string,
    earlier: readonly DocumentStage[],
  ): Promise<DocumentStage | undefined> {
    const after = step.operation.name.slice(step.operation.name.lastIndexOf('.') + 1)
    const { replayed } = result
    if (replayed.state === 'rejected') return { after, outcome: 'rejected', error: replayed.raw }
    if (replayed.state === 'needs-ack')
      return {
        after,
        outcome: 'rejected',
        error: ['UserWarning', [replayed.code.replace('UserWarning ', '.'), replayed.message, '']],
      }
    if (replayed.state !== 'accepted' || id === undefined || step.operation.kind === 'remove') return undefined
    try {
      const stored = await this.#options.session.readBack(id, this.#options.schema, this.#options.values)
      if (stored === undefined) return undefined
      // A connector learns the ids of lines from its own read; when that read is refused, the replay must not lose them.
      const stage: DocumentStage = {
        after,
        outcome: 'accepted',
        document: withoutTag(stored.document, this.#options.runTag),
      }
      const paths = this.#options.pathsInBaseline?.(key, [...earlier, stage], stage.document ?? null)
      for (const part of stored.parts) {
        const path = paths?.get(part.path) ?? part.path
        this.#live.learn(part.resource, part.id, path === '' ? step.at : `${step.at}/${path}`)
      }
      return stage
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      this.#fail(step, error.code, error.message)
      return undefined
    }
  }

  /** The recorded request with the target's ids and the plan applied, or why it cannot be sent. */
  #rewritten(step: Step): RecordedRequest | string {
    const { request } = step.interaction
    const places = new Map<string, Json | undefined>()
    for (const reference of step.operation.references) {
      const name = this.#recorded.nameOf(reference.resource, reference.id)
      if (name === undefined) {
        return `${reference.resource} ${reference.id} at ${reference.pointer} was never looked up in the recording, so it has no name to be found by`
      }
      const id = this.#live.idOf(reference.resource, name)
      if (id === undefined) return `${reference.resource} "${name}" was not found in the target`
      const rewritten = idAt(request, reference.pointer, id)
      if (rewritten === undefined) {
        const hasBody = request.body !== undefined && 'json' in request.body
        const where =
          hasBody || !reference.pointer.startsWith('/')
            ? `not at ${reference.pointer} of the request`
            : 'named in a request whose body is no JSON'
        return `${reference.resource} ${reference.id} is ${where}, so its id cannot be rewritten`
      }
      places.set(reference.pointer, rewritten)
    }
    for (const [pointer, value] of this.#tags(step.operation)) places.set(pointer, value)
    for (const [pointer, value] of planned(step.operation, this.#options.plan)) places.set(pointer, value)
    return withPlaces(request, places)
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
    this.fault ??= { seq: step.interaction.seq, code, message, at: step.operation.name }
  }
}

function observed(step: Step, replayed: Replayed): OperationObservation {
  return { seq: step.interaction.seq, operation: step.operation, recorded: step.recorded, replayed }
}

function isWrite(operation: Operation): boolean {
  return operation.kind === 'create' || operation.kind === 'transition' || operation.kind === 'remove'
}
