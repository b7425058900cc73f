import { isOnDemand, onDemand } from '../base/on-demand.ts'
import type { Interaction } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentKey, ErpAdapter, Operation, Outcome } from '../ports/erp.ts'
import type { Answered } from '../ports/observation.ts'
import { LearnedNames } from './names.ts'

/** A recorded interaction with what it does and what it was answered. */
export type Step = Readonly<{ interaction: Interaction; operation: Operation; recorded: Answered; at: string }>

/** Everything that was exported of one invoice, in recorded order. */
export type Chain = Readonly<{
  key: string
  supplier: string
  reference: string
  /** Which invoice its create is about; `undefined` when nothing was created. */
  created: DocumentKey | undefined
  /** Places of its interactions in the recording. */
  places: readonly number[]
  /** Places of other chains that create or find a record which this one names. */
  names: ReadonlySet<number>
  /** Decoded whenever it is asked for where the recording is too large to be held. */
  steps: readonly Step[]
}>

/** A recording, taken apart into what serves all invoices and what belongs to each. */
export type DecodedRecording = Readonly<{
  shared: readonly Step[]
  chains: readonly Chain[]
  names: LearnedNames
  /** Every resource that a request sends, reads or filters by. */
  resources: ReadonlySet<string>
}>

/** What an adapter knows of requests and answers. */
type Decoder = Pick<ErpAdapter, 'decode' | 'interpret'>

type Known = WeakMap<ErpAdapter['decode'], WeakMap<ErpAdapter['interpret'], WeakMap<ErpSchema, DecodedRecording>>>

/** A recording is decoded once by one adapter and one schema: every stage asks for it again. */
const decodedBefore = new WeakMap<readonly Interaction[], Known>()

/**
 * Decodes a recording and sorts its interactions into chains: a search for an invoice and the create, the transitions and
 * the reads that follow belong together. A second export with the same supplier and reference gets its own chain and key.
 */
export function decodeRecording(
  interactions: readonly Interaction[],
  adapter: Decoder,
  schema: ErpSchema,
): DecodedRecording {
  const byDecode: Known = decodedBefore.get(interactions) ?? new WeakMap()
  const byInterpret = byDecode.get(adapter.decode) ?? new WeakMap()
  const bySchema = byInterpret.get(adapter.interpret) ?? new WeakMap()
  const decoded = bySchema.get(schema) ?? new Decoding(interactions, adapter, schema).decoded()
  decodedBefore.set(
    interactions,
    byDecode.set(adapter.decode, byInterpret.set(adapter.interpret, bySchema.set(schema, decoded))),
  )
  return decoded
}

class Decoding {
  readonly #interactions: readonly Interaction[]
  readonly #adapter: Decoder
  readonly #schema: ErpSchema
  readonly #names = new LearnedNames()
  readonly #chains: RecordedChain[] = []
  readonly #shared: number[] = []
  /** Chain of each interaction; `undefined` for what serves all invoices. */
  readonly #chainOf: (RecordedChain | undefined)[] = []
  /** How many names were known before each interaction. */
  readonly #known: number[] = []
  readonly #held: Step[] = []
  readonly #occurrences = new Map<string, number>()
  readonly #owners = new Map<string, RecordedChain>()
  readonly #resources = new Set<string>()
  /** Writes that the ERP does later, by the job that they became. */
  readonly #waiting = new Map<string, Readonly<{ place: number; step: Step }>>()
  /** Which interaction tells what became of the write at a place. */
  readonly #concludedBy = new Map<number, number>()

  constructor(interactions: readonly Interaction[], adapter: Decoder, schema: ErpSchema) {
    this.#interactions = interactions
    this.#adapter = adapter
    this.#schema = schema
  }

  decoded(): DecodedRecording {
    const isHeld = !isOnDemand(this.#interactions)
    for (const [place, interaction] of this.#interactions.entries()) {
      this.#known.push(this.#names.count)
      const operation = this.#adapter.decode(interaction.request, this.#schema, this.#names)
      const chain = this.#ownerOf(operation)
      this.#chainOf.push(chain)
      const { step, outcome } = this.#read(interaction, operation, chain, this.#names)
      if (isHeld) this.#held.push(step)
      if (outcome.state === 'pending') this.#waiting.set(outcome.job, { place, step })
      if (operation.kind === 'poll') this.#conclude(place, interaction, operation)
      if (operation.kind !== 'session') {
        for (const use of [...operation.reads, ...operation.sends, ...operation.filters]) {
          this.#resources.add(use.resource)
        }
      }
      if (chain === undefined) {
        this.#shared.push(place)
        continue
      }
      chain.add(place, operation, this.#names)
      this.#owners.set(step.at, chain)
    }
    const steps = isHeld
      ? this.#held
      : onDemand({ length: this.#interactions.length, read: (place) => this.#stepAt(place) })
    for (const chain of this.#chains) chain.complete(steps, this.#names)
    const shared = this.#shared
    return {
      shared: isHeld
        ? shared.flatMap((place) => steps[place] ?? [])
        : onDemand({ length: shared.length, read: (index) => this.#stepAt(shared[index] ?? 0) }),
      chains: this.#chains,
      names: this.#names,
      resources: this.#resources,
    }
  }

  /** Decodes one interaction again, with the names that were known when it was decoded first. */
  #stepAt(place: number): Step {
    const interaction = this.#interactions[place]
    if (interaction === undefined) throw new RangeError(`There is no interaction at place ${place}.`)
    const names = new LearnedNames(this.#names.asOf(this.#known[place] ?? 0))
    const operation = this.#adapter.decode(interaction.request, this.#schema, names)
    const { step } = this.#read(interaction, operation, this.#chainOf[place], names)
    const end = this.#interactions[this.#concludedBy.get(place) ?? -1]
    return end === undefined ? step : { ...step, recorded: answeredOf(this.#awaited(step, end, names)) }
  }

  /** Gives a write the answer that its job came to. */
  #conclude(place: number, interaction: Interaction, { job }: Operation): void {
    const write = this.#waiting.get(job ?? '')
    const outcome = write === undefined ? undefined : this.#awaited(write.step, interaction, this.#names)
    if (write === undefined || outcome === undefined || outcome.state === 'pending') return
    this.#concludedBy.set(write.place, place)
    if (this.#held.length > 0) this.#held[write.place] = { ...write.step, recorded: answeredOf(outcome) }
  }

  #awaited({ operation, at }: Step, { response }: Interaction, names: LearnedNames): Outcome {
    return this.#adapter.interpret({ ...operation, isAwaited: true }, response, this.#schema, names, at)
  }

  #read(
    interaction: Interaction,
    operation: Operation,
    chain: RecordedChain | undefined,
    names: LearnedNames,
  ): Readonly<{ step: Step; outcome: Outcome }> {
    const at = nameFor(operation, chain === undefined ? `interaction ${interaction.seq}` : `invoice ${chain.place + 1}`)
    // A question after a job is read with the write that it is about.
    const outcome: Outcome =
      operation.kind === 'poll'
        ? { state: 'accepted', result: null, warnings: [] }
        : this.#adapter.interpret(operation, interaction.response, this.#schema, names, at)
    return { step: { interaction, operation, recorded: answeredOf(outcome), at }, outcome }
  }

  #open({ key, supplier, reference }: DocumentKey): RecordedChain {
    const nth = (this.#occurrences.get(key) ?? 0) + 1
    this.#occurrences.set(key, nth)
    const chain = new RecordedChain(this.#chains.length, nth === 1 ? key : `${key} (${nth})`, supplier, reference)
    this.#chains.push(chain)
    return chain
  }

  #ownerOf(operation: Operation): RecordedChain | undefined {
    if (operation.kind === 'session' || operation.kind === 'lookup') return undefined
    if (operation.kind === 'poll') return this.#chainOf[this.#waiting.get(operation.job ?? '')?.place ?? -1]
    const last = this.#chains.at(-1)
    if (operation.kind === 'find' && operation.document) return this.#open(operation.document)
    if (operation.kind === 'create' && operation.document) {
      const joins = last !== undefined && !last.isCreated && last.supplier === operation.document.supplier
      return joins && last.reference === operation.document.reference ? last : this.#open(operation.document)
    }
    for (const reference of operation.references) {
      const name = this.#names.nameOf(reference.resource, reference.id)
      const found = name === undefined ? undefined : this.#owners.get(/^invoice \d+/.exec(name)?.[0] ?? '')
      if (found !== undefined) return found
    }
    return last
  }
}

class RecordedChain implements Chain {
  readonly place: number
  readonly key: string
  readonly supplier: string
  readonly reference: string
  readonly places: number[] = []
  readonly names = new Set<number>()
  created: DocumentKey | undefined
  isCreated = false
  #steps: readonly Step[] = []
  /** Records that it names and whose own name is not known yet. */
  #unknown: Readonly<{ resource: string; id: string }>[] = []

  constructor(place: number, key: string, supplier: string, reference: string) {
    this.place = place
    this.key = key
    this.supplier = supplier
    this.reference = reference
  }

  get steps(): readonly Step[] {
    return this.places.flatMap((place) => this.#steps[place] ?? [])
  }

  add(place: number, operation: Operation, names: LearnedNames): void {
    this.places.push(place)
    for (const { resource, id } of operation.references) {
      if (!this.#name(resource, id, names)) this.#unknown.push({ resource, id })
    }
    if (operation.kind !== 'create') return
    if (!this.isCreated) this.created = operation.document
    this.isCreated = true
  }

  complete(steps: readonly Step[], names: LearnedNames): void {
    this.#steps = steps
    for (const { resource, id } of this.#unknown) this.#name(resource, id, names)
    this.#unknown = []
  }

  /** Notes which chain owns a record; `false` when the record has no name. */
  #name(resource: string, id: string, names: LearnedNames): boolean {
    const name = names.nameOf(resource, id)
    const owner = /^invoice (\d+)/.exec(name ?? '')?.[1]
    if (owner !== undefined && Number(owner) - 1 !== this.place) this.names.add(Number(owner) - 1)
    return name !== undefined
  }
}

/** What a search finds is named after the search, so that it is not taken for what its own invoice creates. */
export function nameFor(operation: Operation, at: string): string {
  return operation.kind === 'find' ? `${at} found` : at
}

/** Keeps of an outcome what is compared and stored. */
export function answeredOf(outcome: Outcome): Answered {
  switch (outcome.state) {
    case 'accepted':
      return { state: 'accepted', result: outcome.result }
    case 'rejected': {
      const [first] = outcome.errors
      return { state: 'rejected', code: first?.code ?? 'unknown', message: first?.message ?? '', raw: outcome.raw }
    }
    case 'needs-ack':
      return { state: 'needs-ack', code: outcome.warning.code, message: outcome.warning.message }
    case 'fault':
      return { state: 'fault', code: outcome.error.code, message: outcome.error.message }
    case 'pending':
      return { state: 'fault', code: 'pending', message: `The ERP still works on job ${outcome.job}.` }
  }
}
