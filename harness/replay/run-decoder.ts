import type { Interaction, RecordedRequest } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter, Operation } from '../ports/erp.ts'
import { answeredOf, type DecodedRecording, nameFor, type Step } from './chains.ts'
import { LearnedNames } from './names.ts'

/** Everything that a connector did about one invoice, in the order in which it was answered. */
export type RunChain = Readonly<{ key: string; supplier: string; reference: string; steps: readonly Step[] }>

/** What a connector did, taken apart as a recording is. */
export type DecodedRun = Readonly<{ shared: readonly Step[]; chains: readonly RunChain[] }>

type OpenChain = { key: string; supplier: string; reference: string; steps: Step[]; created: boolean }

/** What one interaction was decoded to; `chain` is the key of its invoice, `undefined` for what serves all invoices. */
export type Decoded = Readonly<{ step: Step; chain: string | undefined }>

/**
 * Decodes what a connector does while it does it. The same invoice and the same look-up have the same name as in the
 * recording that the run is held against, whatever their order.
 */
export class RunDecoder {
  readonly names = new LearnedNames()
  readonly #adapter: ErpAdapter
  readonly #schema: ErpSchema
  readonly #numbers: ReadonlyMap<string, number>
  readonly #lookups: readonly Step[]
  readonly #shared: Step[] = []
  readonly #chains: OpenChain[] = []
  readonly #occurrences = new Map<string, number>()
  readonly #owner = new Map<string, OpenChain>()

  constructor(adapter: ErpAdapter, schema: ErpSchema, like: DecodedRecording) {
    this.#adapter = adapter
    this.#schema = schema
    this.#numbers = new Map(like.chains.map(({ key }, index) => [key, index + 1]))
    this.#lookups = like.shared
  }

  /** What a request does, before it is answered. */
  operationOf(request: RecordedRequest): Operation {
    return this.#adapter.decode(request, this.#schema, this.names)
  }

  /** The invoice that an operation belongs to, as far as the requests before it tell; it is not remembered. */
  keyOf(operation: Operation): string | undefined {
    return operation.document?.key ?? this.#chainOf(operation)?.key
  }

  add(interaction: Interaction): Decoded {
    const operation = this.operationOf(interaction.request)
    const chain = this.#chainOf(operation) ?? this.#opened(operation)
    const at = nameFor(operation, chain === undefined ? this.#sharedName(operation, interaction) : this.#nameOf(chain))
    const outcome = this.#adapter.interpret(operation, interaction.response, this.#schema, this.names, at)
    const step: Step = { interaction, operation, recorded: answeredOf(outcome), at }
    if (chain === undefined) {
      this.#shared.push(step)
      return { step, chain: undefined }
    }
    chain.steps.push(step)
    if (operation.kind === 'create') chain.created = true
    this.#owner.set(at, chain)
    return { step, chain: chain.key }
  }

  decoded(): DecodedRun {
    return { shared: this.#shared, chains: this.#chains }
  }

  #nameOf(chain: OpenChain): string {
    const known = this.#numbers.get(chain.key)
    return `invoice ${known ?? this.#numbers.size + this.#chains.indexOf(chain) + 1}`
  }

  /** A look-up is named after the one in the other recording that asks the same. */
  #sharedName(operation: Operation, { seq }: Interaction): string {
    const asked = JSON.stringify([operation.name, operation.filters.map(({ field, value }) => [field, value])])
    const same = this.#lookups.find(
      (step) =>
        asked ===
        JSON.stringify([step.operation.name, step.operation.filters.map(({ field, value }) => [field, value])]),
    )
    return same?.at ?? `interaction ${seq} of the run`
  }

  /** The open chain that an operation continues. */
  #chainOf(operation: Operation): OpenChain | undefined {
    if (operation.kind === 'session' || operation.kind === 'lookup') return undefined
    if (operation.kind === 'find' && operation.document) return undefined
    if (operation.kind === 'create' && operation.document) {
      const { supplier, reference } = operation.document
      const last = this.#chains.findLast((chain) => chain.supplier === supplier && chain.reference === reference)
      return last?.created === false ? last : undefined
    }
    for (const reference of operation.references) {
      const name = this.names.nameOf(reference.resource, reference.id)
      const found = name === undefined ? undefined : this.#owner.get(/^invoice \d+/.exec(name)?.[0] ?? '')
      if (found !== undefined) return found
    }
    return this.#chains.at(-1)
  }

  #opened({ kind, document }: Operation): OpenChain | undefined {
    if ((kind !== 'find' && kind !== 'create') || document === undefined) return undefined
    const { key, supplier, reference } = document
    const nth = (this.#occurrences.get(key) ?? 0) + 1
    this.#occurrences.set(key, nth)
    const chain = { key: nth === 1 ? key : `${key} (${nth})`, supplier, reference, steps: [], created: false }
    this.#chains.push(chain)
    return chain
  }
}
