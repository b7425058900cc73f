import { canonicalJson, type Json, parseJson, toJson, writeJson } from '../base/json.ts'
import { keepText, memberTexts } from '../base/json-parts.ts'
import { PackedInvoice, type PackedRehearsal } from '../model/evidence-pack.ts'
import type { DocumentStage } from '../model/snapshot.ts'
import type { InvoiceObservation, OperationObservation } from '../ports/observation.ts'
import type { Chain, Step } from './chains.ts'

/** What was answered, without what was asked: that is in the recording. */
export function packedAnswers(operations: readonly OperationObservation[]): Json {
  return toJson(operations.map(({ seq, replayed }) => ({ seq, replayed })))
}

/** What was observed of an invoice, without what its recording says. */
export function packedInvoice({ key, sent, operations, stages }: InvoiceObservation): Json {
  return toJson({ key, sent, operations: packedAnswers(operations), stages })
}

/** The opposite of `packedInvoice`; its operations are joined with the recording when they are asked for. */
export function unpackedInvoice(
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
  const head = writeJson(toJson({ key, sent, operations: packedAnswers(operations) }))
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
export function answeredSteps(
  steps: readonly Step[],
  answers: PackedRehearsal['shared'],
  onMissing: (seq: number) => Error,
): readonly OperationObservation[] {
  const bySeq = new Map(answers.map(({ seq, replayed }) => [seq, replayed]))
  return steps.map(({ interaction: { seq }, operation, recorded }) => {
    const replayed = bySeq.get(seq)
    if (replayed === undefined) throw onMissing(seq)
    return { seq, operation, recorded, replayed }
  })
}
