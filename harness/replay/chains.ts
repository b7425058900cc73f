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
  steps: readonly Step[]
}>

/** A recording, taken apart into what serves all invoices and what belongs to each. */
export type DecodedRecording = Readonly<{ shared: readonly Step[]; chains: readonly Chain[]; names: LearnedNames }>

type OpenChain = { key: string; supplier: string; reference: string; steps: Step[]; created: boolean }

/**
 * Decodes a recording and sorts its interactions into chains: a search for an invoice and the create, the transitions and
 * the reads that follow belong together. A second export with the same supplier and reference gets its own chain and key.
 */
export function decodeRecording(
  interactions: readonly Interaction[],
  adapter: ErpAdapter,
  schema: ErpSchema,
): DecodedRecording {
  const names = new LearnedNames()
  const shared: Step[] = []
  const chains: OpenChain[] = []
  const occurrences = new Map<string, number>()
  const owner = new Map<string, OpenChain>()

  const open = ({ key, supplier, reference }: DocumentKey): OpenChain => {
    const nth = (occurrences.get(key) ?? 0) + 1
    occurrences.set(key, nth)
    const chain = { key: nth === 1 ? key : `${key} (${nth})`, supplier, reference, steps: [], created: false }
    chains.push(chain)
    return chain
  }

  for (const interaction of interactions) {
    const operation = adapter.decode(interaction.request, schema, names)
    const chain = chainOf(operation, chains, owner, open)
    const at = chain === undefined ? `interaction ${interaction.seq}` : `invoice ${chains.indexOf(chain) + 1}`
    const recorded = answeredOf(
      adapter.interpret(operation, interaction.response, schema, names, nameFor(operation, at)),
    )
    const step: Step = { interaction, operation, recorded, at: nameFor(operation, at) }
    if (chain === undefined) {
      shared.push(step)
      continue
    }
    chain.steps.push(step)
    if (operation.kind === 'create') chain.created = true
    owner.set(nameFor(operation, at), chain)
  }
  return { shared, chains: chains.map(({ created: _, ...chain }) => chain), names }

  function chainOf(
    operation: Operation,
    all: readonly OpenChain[],
    owners: ReadonlyMap<string, OpenChain>,
    start: typeof open,
  ): OpenChain | undefined {
    if (operation.kind === 'session' || operation.kind === 'lookup') return undefined
    const last = all.at(-1)
    if (operation.kind === 'find' && operation.document) return start(operation.document)
    if (operation.kind === 'create' && operation.document) {
      const joins = last !== undefined && !last.created && last.supplier === operation.document.supplier
      return joins && last.reference === operation.document.reference ? last : start(operation.document)
    }
    for (const reference of operation.references) {
      const name = names.nameOf(reference.resource, reference.id)
      const found = name === undefined ? undefined : owners.get(/^invoice \d+/.exec(name)?.[0] ?? '')
      if (found !== undefined) return found
    }
    return last
  }
}

/** What a search finds is named after the search, so that it is not taken for what its own invoice creates. */
function nameFor(operation: Operation, at: string): string {
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
