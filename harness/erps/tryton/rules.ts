import { compareDecimals, roundTo, scaleOf, sum, times } from '../../base/decimal.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, sameJson } from '../../base/json.ts'
import type { Snapshot, StoredDocument } from '../../model/snapshot.ts'
import { fieldNames, fieldOf, relationKind, requiredFields } from './fields.ts'
import { INVOICE } from './operations.ts'

/**
 * Why a release would refuse an invoice that was never captured, judged by its published schema and value lists alone:
 * an unknown field, a missing required one, a value outside a selection, a record that does not exist, too many digits.
 * The answer is in Tryton's own form; `undefined` when nothing speaks against it.
 */
export function refusalBySchema(
  sent: JsonObject,
  snapshot: Snapshot,
  exists: (model: string, name: string) => boolean,
  model = INVOICE,
): Json | undefined {
  const { schema } = snapshot
  for (const name of requiredFields(schema, model)) {
    // A field that has a default on the server need not be sent; only what the captured documents always sent is asked for.
    if (sent[name] === undefined && alwaysSent(snapshot, model, name))
      return userError(`A value is required for field "${name}" in "${model}".`)
  }
  for (const [name, value] of Object.entries(sent)) {
    const field = fieldOf(schema, model, name)
    if (field === undefined) return [`'${name}'`, '']
    if (field.selection !== undefined && value !== null && !field.selection.some((option) => option === value)) {
      return userError(
        `The value "${String(value)}" for field "${name}" in "${model}" is not one of the allowed options.`,
      )
    }
    if (field.scale !== undefined && digitsAfterPoint(value) > field.scale) {
      return userError(
        `The number of digits in the value "${textOf(value)}" for field "${name}" in "${model}" exceeds the limit of "${field.scale}".`,
      )
    }
    if (field.relation === undefined) continue
    const items = relationKind(field.type) === 'one' ? [value] : isJsonArray(value) ? value : []
    for (const item of items) {
      if (isJsonObject(item)) {
        const refusal = refusalBySchema(item, snapshot, exists, field.relation)
        if (refusal !== undefined) return refusal
      } else if (
        typeof item === 'string' &&
        snapshot.values[field.relation] !== undefined &&
        !exists(field.relation, item)
      ) {
        return userError(`The value "${item}" for field "${name}" in "${model}" does not exist.`)
      }
    }
  }
  return undefined
}

/** The document that a release would store, told by rules: amounts, taxes and state. */
export function storedBySchema(sent: JsonObject, after: string, snapshot: Snapshot): JsonObject {
  const lines = recordsIn(sent.lines).map((line) => withAmount(line, snapshot))
  const net = sum(['0.00', ...lines.map((line) => textOf(line.amount))])
  const state = STATES[after] ?? 'draft'
  const taxed = state !== 'draft' || taxesAtDraft(snapshot)
  const taxes = taxed ? taxLines(lines, snapshot) : []
  const tax = sum(['0.00', ...taxes.map((line) => textOf(line.amount))])
  return {
    ...emptyRecord(INVOICE, snapshot),
    ...sent,
    state,
    lines: lines.map((line) => ({ ...emptyRecord('account.invoice.line', snapshot), ...line, invoice_state: state })),
    taxes: taxes.map((line) => ({ ...emptyRecord('account.invoice.tax', snapshot), ...line })),
    untaxed_amount: net,
    tax_amount: tax,
    total_amount: sum([net, tax]),
    ...(state === 'posted' ? { number: 'by rules' } : {}),
  }
}

const ENTRY = 'analytic.account.entry'

const STATES: Readonly<Record<string, string>> = {
  validate_invoice: 'validated',
  post: 'posted',
  cancel: 'cancelled',
  draft: 'draft',
}

function withAmount(line: JsonObject, snapshot: Snapshot): JsonObject {
  const amount = roundTo(times(textOf(line.quantity ?? '0'), textOf(line.unit_price ?? '0')), 2, 'half-even')
  const entries = recordsIn(line.analytic_accounts).map((entry) => ({ ...emptyRecord(ENTRY, snapshot), ...entry }))
  return { ...line, amount, analytic_accounts: entries }
}

function taxLines(lines: readonly JsonObject[], snapshot: Snapshot): readonly JsonObject[] {
  const bases = new Map<string, string[]>()
  for (const line of lines) {
    for (const code of isJsonArray(line.taxes) ? line.taxes : []) {
      if (typeof code === 'string') bases.set(code, [...(bases.get(code) ?? []), textOf(line.amount)])
    }
  }
  return [...bases].map(([code, amounts]) => {
    const rate = snapshot.values['account.tax']?.find((tax) => tax.code === code)?.fields.rate
    const base = sum(amounts)
    return { tax: code, base, amount: roundTo(times(base, typeof rate === 'string' ? rate : '0'), 2, 'half-even') }
  })
}

/** Whether this release computes taxes as soon as an invoice is created: told by the documents that were captured. */
function taxesAtDraft(snapshot: Snapshot): boolean {
  return snapshot.documents.some((document) =>
    document.stages.some((stage) => {
      const tax = stage.after === 'create' && isJsonObject(stage.document) ? stage.document.tax_amount : undefined
      return typeof tax === 'string' && compareDecimals(tax, '0') !== 0
    }),
  )
}

function alwaysSent(snapshot: Snapshot, model: string, name: string): boolean {
  const records = snapshot.documents.flatMap((document) => sentOf(document.sent, model))
  return records.length > 0 && records.every((record) => record[name] !== undefined)
}

function sentOf(sent: Json, model: string): readonly JsonObject[] {
  if (!isJsonObject(sent)) return []
  if (model === INVOICE) return [sent]
  return model === 'account.invoice.line' ? recordsIn(sent.lines) : []
}

/** A record with nothing in it but what every captured record of its model holds, such as the digits of its currency. */
function emptyRecord(model: string, snapshot: Snapshot): JsonObject {
  const captured = capturedRecords(snapshot, model)
  return Object.fromEntries(
    fieldNames(snapshot.schema, model).map((name): [string, Json] => {
      const field = fieldOf(snapshot.schema, model, name)
      if (field !== undefined && relationKind(field.type) === 'many') return [name, []]
      const [first = null, ...others] = captured.map((record) => record[name] ?? null)
      return [name, isPlain(first) && others.every((other) => sameJson(first, other)) ? first : null]
    }),
  )
}

/** Invoices, lines and taxes as they were stored last. */
function capturedRecords(snapshot: Snapshot, model: string): readonly JsonObject[] {
  const known = CAPTURED.get(snapshot) ?? new Map<string, readonly JsonObject[]>()
  CAPTURED.set(snapshot, known)
  const found = known.get(model) ?? snapshot.documents.flatMap(({ stages }) => recordsOf(stages, model))
  known.set(model, found)
  return found
}

const CAPTURED = new WeakMap<Snapshot, Map<string, readonly JsonObject[]>>()

function recordsOf(stages: StoredDocument['stages'], model: string): readonly JsonObject[] {
  const { document } = stages.findLast(({ outcome }) => outcome === 'accepted') ?? {}
  if (!isJsonObject(document)) return []
  if (model === INVOICE) return [document]
  if (model === ENTRY) return recordsIn(document.lines).flatMap((line) => recordsIn(line.analytic_accounts))
  return recordsIn(model === 'account.invoice.line' ? document.lines : document.taxes)
}

/** A reference to another record is true of its own document only. */
function isPlain(value: Json): boolean {
  return isJsonNumber(value) || typeof value === 'boolean' || typeof value === 'string'
}

function recordsIn(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : []
}

function digitsAfterPoint(value: Json): number {
  const text = textOf(value)
  return /^-?\d+(\.\d+)?$/.test(text) ? scaleOf(text.includes('.') ? text.replace(/0+$/, '') : text) : 0
}

function textOf(value: Json | undefined): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
}

function userError(text: string): Json {
  return ['UserError', [text, '', null]]
}
