import { GateError } from '../base/errors.ts'
import { parseJson, writeJson } from '../base/json.ts'
import type { LinePlace } from '../base/lines.ts'
import { onDemand } from '../base/on-demand.ts'
import { Spool } from '../base/spool.ts'
import { PackedOperation } from '../model/evidence-pack.ts'
import type { InvoiceObservation, OperationObservation } from '../ports/observation.ts'
import type { DecodedRecording } from './chains.ts'
import { answeredStep, lateInvoice, packedAnswer, packedText } from './packing.ts'

/** Keeps what a replay observed until it is compared: in memory, or on disk where the recording is too large to be held. */
export class Observed {
  readonly #decoded: DecodedRecording
  readonly #spool: Spool | undefined
  readonly #shared: (OperationObservation | LinePlace)[] = []
  readonly #invoices = new Map<number, InvoiceObservation | LinePlace>()
  readonly #ids = new Map<number, string>()

  constructor(decoded: DecodedRecording, isHeld: boolean) {
    this.#decoded = decoded
    this.#spool = isHeld ? undefined : new Spool()
  }

  /** How many invoices were observed so far. */
  get count(): number {
    return this.#invoices.size
  }

  /** Keeps the next of the operations that serve all invoices. */
  addShared(operation: OperationObservation): void {
    this.#shared.push(this.#spool?.write(writeJson(packedAnswer(operation))) ?? operation)
  }

  /** Keeps what was observed of the invoice at a place among the recorded ones. */
  addInvoice(place: number, invoice: InvoiceObservation): void {
    this.#invoices.set(place, this.#spool?.write(packedText(invoice)) ?? invoice)
    if (this.#spool !== undefined && invoice.id !== undefined) this.#ids.set(place, invoice.id)
  }

  shared(): readonly OperationObservation[] {
    const kept = this.#shared
    const { shared: steps } = this.#decoded
    return this.#all(kept, undefined, (index, text) => {
      const step = steps[index]
      if (step === undefined) throw lost()
      return answeredStep(step, PackedOperation.parse(parseJson(text)).replayed, lost)
    })
  }

  /** Every observed invoice, in recorded order. */
  invoices(): readonly InvoiceObservation[] {
    const places = [...this.#invoices.keys()].sort((left, right) => left - right)
    const { chains } = this.#decoded
    const kept = places.flatMap((place) => this.#invoices.get(place) ?? [])
    const keys = places.map((place) => chains[place]?.key ?? '')
    return this.#all(kept, keys, (index, text) => {
      const place = places[index] ?? -1
      const chain = chains[place]
      if (chain === undefined) throw lost()
      const invoice = lateInvoice(chain, text, lost)
      const id = this.#ids.get(place)
      // Its operations are not asked for yet, so the object is completed and not copied.
      return id === undefined ? invoice : Object.assign(invoice, { id })
    })
  }

  #all<Item extends object>(
    kept: readonly (Item | LinePlace)[],
    keys: readonly string[] | undefined,
    read: (index: number, text: string) => Item,
  ): readonly Item[] {
    const spool = this.#spool
    if (spool === undefined) return kept.flatMap((item) => ('at' in item ? [] : [item]))
    return onDemand({
      length: kept.length,
      ...(keys === undefined ? {} : { keys }),
      read: (index) => {
        const place = kept[index]
        if (place === undefined || !('at' in place)) throw lost()
        return read(index, spool.read(place))
      },
    })
  }
}

function lost(): GateError {
  return new GateError('internal', 'What was observed could not be read again.', {
    hint: 'Run again; check the disk that holds temporary files.',
  })
}
