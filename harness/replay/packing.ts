import { canonicalJson, type Json, parseJson, toJson, writeJson } from '../base/json.ts'
import { keepText, memberTexts } from '../base/json-parts.ts'
import { PackedInvoice, type PackedOperation } from '../model/evidence-pack.ts'
import type { DocumentStage } from '../model/snapshot.ts'
import type { InvoiceObservation, OperationObservation } from '../ports/observation.ts'
import type { Chain, Step } from './chains.ts'

/** What was answered, without what was asked: that is in the recording. */
export function packedAnswer({ seq, replayed }: OperationObservation): Json {
  return toJson({ seq, replayed })
}

/** What was observed of an invoice, without what its recording says. Sorted by key, its stages are last. */
export function packedInvoice({ key, sent, operations, stages }: InvoiceObservation): Json {
  return toJson({ key, sent, operations: operations.map(packedAnswer), stages })
}

/** The opposite of `packedInvoice`; its operations are joined with the recording when they are asked for. */
function unpackedInvoice(
  chain: Chain,
  { sent, operations, stages }: PackedInvoice,
  onMissing: (seq: number) => Error,
): InvoiceObservation {
  let answered: readonly OperationObservation[] | undefined
  return {
    key: chain.key,
    supplier: chain.supplier,
    reference: chain.reference,
    ...(sent === undefined ? {} : { sent }),
    get operations() {
      answered ??= answeredSteps(chain.steps, operations, onMissing)
      return answered
    },
    stages: stages.map(unpackedStage),
  }
}

/** A packed invoice as text. Keys of documents are sorted as in a snapshot, so that their texts can be compared. */
export function packedText({ key, sent, operations, stages }: InvoiceObservation): string {
  const head = writeJson(toJson({ key, sent, operations: operations.map(packedAnswer) }))
  return `${head.slice(0, -1)},"stages":${canonicalJson(toJson(stages))}}`
}

/** The invoice of such a text; its parts are parsed when they are asked for. */
export function lateInvoice(chain: Chain, text: string, onMissing: (seq: number) => Error): InvoiceObservation {
  const members = memberTexts(text, 'stages')
  const [sentText, operationsText, stagesText] = ['sent', 'operations', 'stages'].map((name) => members?.get(name))
  if (operationsText === undefined || stagesText === undefined) {
    return unpackedInvoice(chain, PackedInvoice.parse(parseJson(text)), onMissing)
  }
  const { shape } = PackedInvoice
  const { key, supplier, reference } = chain
  const parts = {
    operations: once(() => answeredSteps(chain.steps, shape.operations.parse(parseJson(operationsText)), onMissing)),
    stages: once(() => shape.stages.parse(parseJson(stagesText)).map(unpackedStage)),
  }
  const invoice: InvoiceObservation = {
    key,
    supplier,
    reference,
    get operations() {
      return parts.operations()
    },
    get stages() {
      return parts.stages()
    },
  }
  if (sentText !== undefined) {
    const get = once(() => parseJson(sentText))
    Object.defineProperty(invoice, 'sent', { get, enumerable: true, configurable: true })
  }
  keepText(invoice, stagesText)
  return invoice
}

function once<Made>(make: () => Made): () => Made {
  let made: Readonly<{ value: Made }> | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function unpackedStage({ after, outcome, error, document }: PackedInvoice['stages'][number]): DocumentStage {
  return {
    after,
    outcome,
    ...(error === undefined ? {} : { error }),
    ...(document === undefined ? {} : { document }),
  }
}

/** Recorded steps with their answers. Throws what `onMissing` makes of a step without one. */
function answeredSteps(
  steps: readonly Step[],
  answers: readonly PackedOperation[],
  onMissing: (seq: number) => Error,
): readonly OperationObservation[] {
  const bySeq = new Map(answers.map(({ seq, replayed }) => [seq, replayed]))
  return steps.map((step) => answeredStep(step, bySeq.get(step.interaction.seq), onMissing))
}

/** A recorded step with its answer. Throws what `onMissing` makes of a step without one. */
export function answeredStep(
  { interaction: { seq }, operation, recorded }: Step,
  replayed: PackedOperation['replayed'] | undefined,
  onMissing: (seq: number) => Error,
): OperationObservation {
  if (replayed === undefined) throw onMissing(seq)
  return { seq, operation, recorded, replayed }
}
