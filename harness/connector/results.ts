import { isJsonArray, isJsonObject, type Json, parseJson } from '../base/json.ts'
import type { ConnectorRun } from '../model/connector.ts'
import type { Claim, Reported } from '../ports/connector.ts'
import { scalarAt } from './invoices.ts'

/** What a connector reported, in its order. Lines of its log that are no results are not looked at. */
export function readResults(text: string, where: ConnectorRun['results']): readonly Reported[] {
  return recordsIn(text, where.from).flatMap((record) => {
    const invoice = scalarAt(record, where.invoice)
    const status = scalarAt(record, where.status)
    if (invoice === undefined || status === undefined) return []
    const message = where.message === undefined ? undefined : scalarAt(record, where.message)
    return [{ invoice, status, claim: claimOf(status, where.statuses), message: message ?? '' }]
  })
}

function claimOf(status: string, statuses: ConnectorRun['results']['statuses']): Claim {
  if (statuses.exported.includes(status)) return 'exported'
  if (statuses['not-exported'].includes(status)) return 'not-exported'
  if (statuses['already-there'].includes(status)) return 'already-there'
  return statuses.unsure.includes(status) ? 'unsure' : 'unknown-status'
}

/** A file holds a JSON list or JSON lines; an output holds other lines between them. */
function recordsIn(text: string, from: 'stdout' | 'file'): readonly Json[] {
  if (from === 'file') {
    const whole = parsed(text)
    if (isJsonArray(whole)) return whole
  }
  return text.split('\n').flatMap((line) => {
    const record = parsed(line)
    return isJsonObject(record) ? [record] : []
  })
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
