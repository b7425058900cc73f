import { type Json, toJson } from '../base/json.ts'
import type { PackedInvoice, PackedRehearsal } from '../model/evidence-pack.ts'
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
    stages: stages.map(({ after, outcome, error, document }) => ({
      after,
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(document === undefined ? {} : { document }),
    })),
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
