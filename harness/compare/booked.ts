import type { Json } from '../base/json.ts'
import type { StoredDocument } from '../model/snapshot.ts'

/** Whether what the ERP holds of an invoice is where the recorded export of that invoice ended. */
export type IsBooked = (key: string, document: Json | undefined) => boolean

/**
 * Judges each invoice by the end of its own recorded export: where one was cancelled, another that is cancelled is not
 * booked for that. An invoice whose recorded export ended with no document is judged by how most of them ended.
 */
export function bookedAs(documents: readonly StoredDocument[], stateOf: (document: Json) => string): IsBooked {
  const ends = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const { key, stages } of documents) {
    const last = stages.at(-1)
    if (last?.outcome !== 'accepted' || last.document === undefined) continue
    const state = stateOf(last.document)
    ends.set(key, state)
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  const [usual] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? []
  return (key, document) => document !== undefined && stateOf(document) === (ends.get(key) ?? usual)
}
