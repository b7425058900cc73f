import { GateError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Interaction, RecordedRequest } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, ValueLists } from '../model/snapshot.ts'
import { type ErpAdapter, type Identity, type Operation, type Session, VIRTUAL_BY_RULES } from '../ports/erp.ts'
import type { InvoiceObservation, Observation, OperationObservation, RequestPair } from '../ports/observation.ts'
import type { DecodedRecording, Step } from './chains.ts'
import { groupsToFind } from './copies.ts'
import { meaningOf, sentRequestOf } from './meaning.ts'
import { RunDecoder } from './run-decoder.ts'

/** What a watch needs. */
export type WatchOptions = Readonly<{
  adapter: ErpAdapter
  /** The gate's own session with the ERP that the connector talks to. */
  session: Session
  identity: Identity
  /** Schema of the release that was recorded, and of the one that answers. */
  recordedSchema: ErpSchema
  schema: ErpSchema
  values: ValueLists
  /** The recorded export that the run is held against. */
  recorded: DecodedRecording
  pathsInBaseline?: (invoice: string, stages: readonly DocumentStage[], document: Json) => ReadonlyMap<string, string>
}>

/** What the run left in the ERP of one invoice. */
export type LeftInErp = Readonly<{
  /** The document as it was stored last; absent when there is none. */
  document: Json | undefined
  /** Whether a search found a document before the invoice was created. */
  wasThere: boolean
}>

/** Everything that was seen of a run, and its requests beside the recorded ones. */
export type Watched = Readonly<{
  observation: Observation
  requests: readonly RequestPair[]
  /** Requests that the adapter cannot read, each in one sentence. */
  unreadable: readonly string[]
}>

/** What is known of one invoice while the connector works on it. */
type Progress = {
  id: string | undefined
  stages: DocumentStage[]
  sent: Json | undefined
  byRules: boolean
  removed: boolean
  /** Whether a search found a document before the invoice was created. */
  found: boolean
}

/**
 * Watches a connector at work: decodes what it sends as it is sent, reads back every document after each write, before the
 * connector gets its answer, and holds the run against the recorded export.
 */
export class Watch {
  readonly #options: WatchOptions
  readonly #decoder: RunDecoder
  readonly #progress = new Map<string, Progress>()
  readonly #unreadable: string[] = []
  /** Ids of all documents that were created, in that order. */
  readonly #created: { invoice: string; id: string }[] = []
  #fault: Observation['fault']
  #turn: Promise<void> = Promise.resolve()
  #seq = 0

  constructor(options: WatchOptions) {
    this.#options = options
    this.#decoder = new RunDecoder(options.adapter, options.schema, options.recorded)
  }

  /** What a request is about, before it is answered; `undefined` when the adapter cannot read it. */
  expect(request: RecordedRequest): Readonly<{ operation: Operation; key: string | undefined }> | undefined {
    try {
      const operation = this.#decoder.operationOf(request)
      return { operation, key: this.#decoder.keyOf(operation) }
    } catch (error) {
      if (error instanceof GateError) return undefined
      throw error
    }
  }

  /** Takes an interaction in. One at a time, in the order in which they were answered. */
  answered(interaction: Omit<Interaction, 'seq'>): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take({ ...interaction, seq: ++this.#seq }))
    return this.#turn
  }

  /** Tells that the ERP behind the gate could not be asked. */
  lost(code: string, message: string, at: string): void {
    this.#fault ??= { seq: this.#seq + 1, code, message, at, when: new Date().toISOString() }
  }

  /** Waits for what is still being read back. */
  settled(): Promise<void> {
    return this.#turn
  }

  async #take(interaction: Interaction): Promise<void> {
    const { adapter } = this.#options
    try {
      const { step, chain } = this.#decoder.add(interaction)
      if (chain === undefined) return
      const progress = this.#progress.get(chain) ?? {
        id: undefined,
        stages: [],
        sent: undefined,
        byRules: false,
        removed: false,
        found: false,
      }
      this.#progress.set(chain, progress)
      if (step.operation.kind === 'find' && progress.id === undefined && findsSomething(step)) progress.found = true
      if (!isWrite(step.operation)) return
      if (interaction.response.headers[VIRTUAL_BY_RULES] !== undefined) progress.byRules = true
      if (step.operation.kind === 'create') {
        progress.sent = adapter.sent(step.operation, interaction.request, this.#options.schema, this.#decoder.names)
        if (step.recorded.state === 'accepted') {
          progress.id = this.#decoder.names.idOf(step.operation.resource, step.at)
          if (progress.id !== undefined) this.#created.push({ invoice: chain, id: progress.id })
        }
      }
      if (step.operation.kind === 'remove' && step.recorded.state === 'accepted') progress.removed = true
      const stage = await this.#stageOf(step, chain, progress)
      if (stage !== undefined) progress.stages.push(stage)
    } catch (error) {
      if (!(error instanceof GateError)) throw error
      if (error.code === 'recording-unusable') this.#unreadable.push(error.message)
      else this.lost(error.code, error.message, 'reading back')
    }
  }

  async #stageOf(step: Step, chain: string, progress: Progress): Promise<DocumentStage | undefined> {
    const { session, schema, values, pathsInBaseline } = this.#options
    const after = step.operation.name.slice(step.operation.name.lastIndexOf('.') + 1)
    const answer = step.recorded
    if (answer.state === 'rejected') return { after, outcome: 'rejected', error: answer.raw }
    if (answer.state === 'needs-ack')
      return { after, outcome: 'rejected', error: [answer.code, [answer.message, '', '']] }
    if (answer.state !== 'accepted' || progress.id === undefined || step.operation.kind === 'remove') return undefined
    const stored = await session.readBack(progress.id, schema, values)
    if (stored === undefined) return undefined
    const stage: DocumentStage = { after, outcome: 'accepted', document: stored.document }
    const paths = pathsInBaseline?.(chain, [...progress.stages, stage], stored.document)
    for (const part of stored.parts) {
      const path = paths?.get(part.path) ?? part.path
      this.#decoder.names.learn(part.resource, part.id, path === '' ? step.at : `${step.at}/${path}`)
    }
    return stage
  }

  /** Everything that was seen, once the connector has ended. */
  async watched(): Promise<Watched> {
    await this.#turn
    const { recorded, identity, schema, values } = this.#options
    const run = this.#decoder.decoded()
    const shared = this.#paired(recorded.shared, run.shared)
    const requests: RequestPair[] = shared.map((pair) => this.#requestPair(pair, []))
    const invoices: InvoiceObservation[] = []
    for (const chain of recorded.chains) {
      const mine = run.chains.find(({ key }) => key === chain.key)
      const pairs = this.#paired(chain.steps, mine?.steps ?? [])
      requests.push(...pairs.map((pair) => this.#requestPair(pair, [chain.key])))
      const progress = this.#progress.get(chain.key)
      const because = mine === undefined ? 'the connector did not ask for it' : this.#stopOf(mine.steps)
      invoices.push({
        key: chain.key,
        supplier: chain.supplier,
        reference: chain.reference,
        ...(progress?.sent === undefined ? {} : { sent: progress.sent }),
        operations: observedOf(pairs, because),
        stages: progress?.stages ?? [],
        ...(progress?.id === undefined ? {} : { id: progress.id }),
      })
    }
    for (const chain of run.chains.filter(({ key }) => !recorded.chains.some((other) => other.key === key))) {
      // An invoice that was recorded once and is sent twice is the same invoice to those who read of it.
      const known = recorded.chains.find(
        (other) => other.supplier === chain.supplier && other.reference === chain.reference,
      )
      const pairs = chain.steps.map((step) => ({ recorded: undefined, run: step }))
      requests.push(...pairs.map((pair) => this.#requestPair(pair, [known?.key ?? chain.key])))
    }
    const copies = this.#fault === undefined ? await this.#copies(invoices) : []
    return {
      observation: {
        identity,
        schema,
        values,
        shared: observedOf(shared, 'the connector did not ask for it'),
        invoices,
        ...(this.#fault === undefined ? {} : { fault: this.#fault }),
        byRules: [...this.#progress].filter(([, { byRules }]) => byRules).map(([key]) => key),
        copies,
        leftBehind: [],
      },
      requests,
      unreadable: this.#unreadable,
    }
  }

  /** What the run left in the ERP of each invoice. */
  left(): ReadonlyMap<string, LeftInErp> {
    return new Map(
      [...this.#progress].map(([key, progress]) => {
        const last = progress.stages.findLast(({ outcome }) => outcome === 'accepted')
        return [key, { document: isThere(progress) ? last?.document : undefined, wasThere: progress.found }]
      }),
    )
  }

  /** Ids of the documents that the ERP's own search finds for an invoice, and the state of each as it is stored. */
  async held(key: string): Promise<readonly Readonly<{ id: string; document: Json | undefined }>[]> {
    const { session, schema, values } = this.#options
    const chain = this.#options.recorded.chains.find((each) => each.key === key)
    const document = chain?.steps.find(({ operation }) => operation.document !== undefined)?.operation.document
    if (chain === undefined || document === undefined) return []
    const found: { id: string; document: Json | undefined }[] = []
    for (const id of await this.#find(document.supplierResource, chain.supplier, chain.reference))
      found.push({ id, document: (await session.readBack(id, schema, values))?.document })
    return found
  }

  /** Takes away what the connector created, the last first, and tells what is still there. */
  async removeAll(): Promise<Observation['leftBehind']> {
    const left: { invoice: string; id: string; why: string }[] = []
    for (const { invoice, id } of this.#created.toReversed()) {
      try {
        const how = await this.#options.session.remove(id)
        if (how === 'left') left.push({ invoice, id, why: 'its state does not allow removal' })
      } catch (error) {
        if (!(error instanceof GateError)) throw error
        left.push({ invoice, id, why: error.message })
      }
    }
    return left
  }

  async #copies(invoices: readonly InvoiceObservation[]): Promise<Observation['copies']> {
    const { adapter, recorded } = this.#options
    if (!adapter.capabilities.includes('find-by-reference')) return []
    const copies: { invoices: readonly string[]; expected: number; found: number }[] = []
    const sent = invoices.filter((invoice) => invoice.sent !== undefined)
    // What the connector itself removed is not expected, whatever was recorded.
    const isExpected = new Map(sent.map(({ key }) => [key, isThere(this.#progress.get(key))]))
    for (const group of groupsToFind(recorded.chains, isExpected)) {
      const found = await this.#find(group.supplierResource, group.supplier, group.reference)
      copies.push({ invoices: group.invoices, expected: group.expected, found: found.length })
    }
    return copies
  }

  async #find(resource: string | undefined, supplier: string, reference: string): Promise<readonly string[]> {
    const id = resource === undefined ? supplier : this.#decoder.names.idOf(resource, supplier)
    return id === undefined ? [] : this.#options.session.find(id, reference)
  }

  #requestPair({ recorded, run }: StepPair, invoices: readonly string[]): RequestPair {
    const { adapter, recorded: before, recordedSchema, schema } = this.#options
    return {
      invoices,
      ...(recorded === undefined ? {} : { recorded: sentRequestOf(recorded, adapter, recordedSchema, before.names) }),
      ...(run === undefined ? {} : { run: sentRequestOf(run, adapter, schema, this.#decoder.names) }),
    }
  }

  /** Pairs what means the same first, whatever its order, then what does the same in the order in which it was done. */
  #paired(recorded: readonly Step[], run: readonly Step[]): readonly StepPair[] {
    const { adapter, recorded: before, recordedSchema, schema } = this.#options
    const free = run.map((step) => ({
      step,
      meaning: meaningOf(sentRequestOf(step, adapter, schema, this.#decoder.names)),
    }))
    const taken = new Map<Step, Step>()
    const take = (step: Step, isMatch: (candidate: (typeof free)[number]) => boolean) => {
      const at = free.findIndex(isMatch)
      const [match] = at < 0 ? [] : free.splice(at, 1)
      if (match !== undefined) taken.set(step, match.step)
    }
    for (const step of recorded) {
      const meaning = meaningOf(sentRequestOf(step, adapter, recordedSchema, before.names))
      take(step, (candidate) => candidate.meaning === meaning)
    }
    for (const step of recorded.filter((each) => !taken.has(each)))
      take(step, (candidate) => candidate.step.operation.name === step.operation.name)
    return [
      ...recorded.map((step) => ({ recorded: step, run: taken.get(step) })),
      ...free.map(({ step }) => ({ recorded: undefined, run: step })),
    ]
  }

  /** Why a chain of the run went no further. */
  #stopOf(steps: readonly Step[]): string {
    const stop = steps.findLast(({ recorded }) => recorded.state !== 'accepted')
    return stop === undefined ? 'the connector did not ask for it' : `${stop.operation.name} was ${stop.recorded.state}`
  }
}

type StepPair = Readonly<{ recorded: Step | undefined; run: Step | undefined }>

function observedOf(pairs: readonly StepPair[], because: string): readonly OperationObservation[] {
  return pairs.flatMap(({ recorded, run }) =>
    recorded === undefined
      ? []
      : [
          {
            seq: recorded.interaction.seq,
            operation: recorded.operation,
            recorded: recorded.recorded,
            replayed: answerOf(recorded, run) ?? { state: 'not-reached' as const, because },
          },
        ],
  )
}

/** What the run was answered; every log-in is given another session, and that says nothing. */
function answerOf(recorded: Step, run: Step | undefined): OperationObservation['replayed'] | undefined {
  const isSession = recorded.operation.kind === 'session' && run?.recorded.state === recorded.recorded.state
  return isSession ? recorded.recorded : run?.recorded
}

function isThere(progress: Progress | undefined): boolean {
  return progress?.id !== undefined && !progress.removed
}

function findsSomething({ recorded }: Step): boolean {
  return recorded.state === 'accepted' && Array.isArray(recorded.result) && recorded.result.length > 0
}

function isWrite({ kind }: Operation): boolean {
  return kind === 'create' || kind === 'transition' || kind === 'remove'
}
