import { isJsonObject, sameJson } from '../base/json.ts'
import { byKey } from '../base/on-demand.ts'
import { alignmentOf } from '../compare/alignment.ts'
import { sameStage } from '../compare/documents.ts'
import { relationsOf } from '../compare/records.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { ReplayOptions } from '../replay/replay.ts'

/** Which record of a stored document is which record of the baseline's, by what the records hold. */
export function pathsInBaseline(
  baseline: Snapshot,
  adapter: ErpAdapter,
): NonNullable<ReplayOptions['pathsInBaseline']> {
  const stored = byKey(baseline.documents)
  const known = {
    meaning: (resource: string, field: string) => adapter.meaning(resource, field, baseline.schema),
    relation: relationsOf(baseline.schema),
  }
  return (invoice, stages, document) => {
    const then = sameStage(stored.get(invoice)?.stages ?? [], stages, stages.length - 1)?.document
    if (!isJsonObject(then) || !isJsonObject(document) || sameJson(then, document)) return new Map()
    return alignmentOf(adapter.documentResource, then, document, known)
  }
}
