import { GateError } from '../base/errors.ts'
import { onDemand } from '../base/on-demand.ts'
import type { DecodedRecording } from '../replay/chains.ts'
import { answeredStep, lateInvoice } from '../replay/packing.ts'
import type { PackFile, ReplayInPack, ReplayName } from './pack-file.ts'
import type { Rehearsal } from './run.ts'

/**
 * One replay from its parts, invoices in recorded order; `undefined` unless every pack has a part. Invoices are read when
 * they are asked for. Throws `evidence-mismatch` for one that is there twice or was not recorded, and `evidence-incomplete`
 * for one that is missing.
 */
export function joinedReplay(
  packs: readonly PackFile[],
  name: ReplayName,
  decoded: DecodedRecording,
): Rehearsal | undefined {
  const parts = packs.flatMap(({ replays }) => replays.get(name) ?? [])
  const [first] = parts
  if (first === undefined || parts.length < packs.length) return undefined
  const found = foundInvoices(parts, decoded)
  const keys = decoded.chains.map(({ key }) => key)
  const places = new Map(keys.map((key, place) => [key, place]))
  const placeOf = (key: string) => places.get(key) ?? 0
  const faults = parts.flatMap(({ ending }) => ending.fault ?? []).toSorted((left, right) => left.seq - right.seq)
  const { shared } = parts.find(({ ending }) => ending.fault === undefined) ?? first
  const { identity, schema, values, kind } = first.begin()
  const observation = {
    identity,
    schema,
    values: Object.fromEntries(
      Object.entries(values).map(([list, entries]) => [list, entries.map((value) => ({ id: '', ...value }))]),
    ),
    shared: onDemand({
      length: decoded.shared.length,
      read: (index) => {
        const step = decoded.shared[index]
        if (step === undefined) throw new RangeError(`There is no operation ${index}.`)
        const answer = shared.answer(index)
        return answeredStep(step, answer?.seq === step.interaction.seq ? answer.replayed : undefined, unanswered)
      },
    }),
    invoices: onDemand({
      length: keys.length,
      keys,
      read: (index) => {
        const chain = decoded.chains[index]
        const text = found.get(chain?.key ?? '')?.()
        if (chain === undefined || text === undefined) throw incompleteEvidence(`invoice ${index + 1} is in no pack`)
        return lateInvoice(chain, text, unanswered)
      },
    }),
    ...(faults[0] === undefined ? {} : { fault: faults[0] }),
    byRules: parts.flatMap(({ ending }) => ending.byRules).toSorted((left, right) => placeOf(left) - placeOf(right)),
    copies: parts
      .flatMap(({ ending }) => ending.copies)
      .toSorted((left, right) => placeOf(left.invoices[0] ?? '') - placeOf(right.invoices[0] ?? '')),
    // Each machine removes the last first, and so does the whole.
    leftBehind: parts
      .flatMap(({ ending }) => ending.leftBehind)
      .toSorted((left, right) => placeOf(right.invoice) - placeOf(left.invoice)),
  }
  const urls = new Set(packs.map(({ meta }) => meta.targetUrl))
  return { observation, kind, url: [...urls].join(' ') }
}

/** How the text of each recorded invoice is read. */
function foundInvoices(
  parts: readonly ReplayInPack[],
  { chains }: DecodedRecording,
): ReadonlyMap<string, () => string> {
  const found = new Map<string, () => string>()
  for (const { keys, invoice } of parts) {
    for (const [index, key] of keys.entries()) {
      if (found.has(key)) throw mismatchingEvidence(`invoice ${key} is in two packs`)
      found.set(key, () => invoice(index))
    }
  }
  const missing = chains.filter(({ key }) => !found.has(key))
  if (missing.length > 0) {
    throw incompleteEvidence(`${missing.length} recorded invoices are in no pack, such as ${missing[0]?.key}`)
  }
  if (found.size !== chains.length) throw mismatchingEvidence('a pack holds invoices that were not recorded')
  return found
}

function unanswered(seq: number): GateError {
  return incompleteEvidence(`no pack answers interaction ${seq}`)
}

/** What is told of packs that do not belong together. */
export function mismatchingEvidence(what: string): GateError {
  return new GateError('evidence-mismatch', `The evidence does not fit together: ${what}.`, {
    hint: 'Run all shards again from the same files with the same release of change-gate.',
  })
}

/** What is told where something that was recorded was observed by no shard. */
export function incompleteEvidence(what: string): GateError {
  return new GateError('evidence-incomplete', `The evidence is not complete: ${what}.`, {
    hint: 'Run the missing shard; nothing is decided from a part.',
  })
}
