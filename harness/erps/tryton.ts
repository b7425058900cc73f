import { absolute, roundTo, sum, times } from '../base/decimal.ts'
import { GateError } from '../base/errors.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { defineErp, type ErpAdapter, type InvoiceFacts, type RefusalReason } from '../ports/erp.ts'
import { answerOf, callOf, responseOf } from './protocols/json-rpc.ts'
import { interpretResponse } from './tryton/answers.ts'
import { fieldOf, relationKind, wireValue } from './tryton/fields.ts'
import { trytonMutants } from './tryton/mutants.ts'
import { DOCUMENT_MODELS, decodeRequest, INVOICE, sentRecords } from './tryton/operations.ts'
import { TrytonSession } from './tryton/session.ts'
import { virtualTryton } from './tryton/virtual.ts'

/** Fields that say where an amount is booked: account, tax, dimension, period, supplier, currency. */
const CODING_MODELS = [
  'account.account',
  'account.tax',
  'account.tax.group',
  'account.journal',
  'account.period',
  'account.fiscalyear',
  'account.invoice.payment_term',
  'analytic_account.account',
  'currency.currency',
  'party.party',
  'company.company',
]

/** Values that Tryton gives a document itself and that differ from database to database. */
const ASSIGNED = [
  'number',
  'post_number',
  'rec_name',
  'move_line.rec_name',
  'sequence',
  'validated_by',
  'posted_by',
  'cancelled_by',
  'invoice_number',
  // It depends on the day on which it is read; the due dates and amounts that it is made of are compared.
  'amount_to_pay_today',
  // Its name is a number of its own sequence; whether a line is reconciled is compared.
  'reconciliation',
]

/** Rows that Tryton gathers when it is asked, by no order that it publishes. */
const UNORDERED = ['reconciliation_lines']

/** Tryton over JSON-RPC. Wire facts are those of releases 6.0 and 7.0. */
export default defineErp({
  title: 'Tryton',
  capabilities: [
    'describe',
    'list-values',
    'read-back',
    'find-by-reference',
    'delete-draft',
    'void-posted',
    'draft-stage',
  ],
  documentResource: INVOICE,
  referenceField: { resource: INVOICE, field: 'reference', longest: undefined },
  documentResources: DOCUMENT_MODELS,
  valueLists: {
    'company.company': ['rec_name', 'currency'],
    'currency.currency': ['code', 'digits', 'active'],
    'account.fiscalyear': ['name', 'start_date', 'end_date', 'state'],
    'account.period': ['name', 'start_date', 'end_date', 'state', 'type', 'fiscalyear'],
    'account.journal': ['code', 'type', 'active'],
    'account.account': ['code', 'name', 'end_date'],
    'account.tax': ['name', 'rate', 'type', 'parent', 'invoice_account', 'credit_note_account', 'active'],
    'account.invoice.payment_term': ['name', 'active'],
    'analytic_account.account': ['code', 'name', 'type', 'root', 'state', 'active'],
    'party.party': ['code', 'addresses', 'active'],
  },
  secretsOf: (request, response) => {
    if (callOf(request)?.method !== 'common.db.login') return { request: [], response: [] }
    const answered = response.body !== undefined && 'json' in response.body
    return { request: ['/params/1/password'], response: answered ? ['/result/1'] : [] }
  },
  releaseOf: (interactions) => {
    const version = interactions.find(({ request }) => callOf(request)?.method === 'common.server.version')
    const answer = version === undefined ? undefined : answerOf(version.response)
    const build = answer?.state === 'result' ? answer.result : null
    return typeof build === 'string' ? build.split('.').slice(0, 2).join('.') : undefined
  },
  decode: (request, schema, names) => {
    const operation = decodeRequest(request, schema, names)
    if (operation !== undefined) return operation
    throw new GateError('recording-unusable', `${request.method} ${request.path} is no Tryton JSON-RPC call.`, {
      hint: 'Record the connector in front of Tryton itself, and nothing else through the same proxy.',
    })
  },
  numbering: ['/id'],
  interpret: interpretResponse,
  sent: (operation, request, schema, names) => sentRecords(request, operation.resource, schema, names)[0] ?? {},
  facts,
  listOf: (resource, name, schema) => {
    const field = fieldOf(schema, resource, name)
    const isListed = field?.relation !== undefined && relationKind(field.type) === 'one'
    return isListed ? { list: field.relation ?? '', by: 'id' } : undefined
  },
  meaning: (resource, name, schema) => {
    const field = fieldOf(schema, resource, name)
    if (ASSIGNED.includes(name)) return { class: 'identity', assigned: true }
    if (name === 'reference') return { class: 'identity', assigned: false }
    if (name === 'state' || name === 'invoice_state' || name.endsWith('_state'))
      return { class: 'state', assigned: false }
    if (field?.type === 'numeric' || name === 'quantity' || name === 'rate') {
      const money = moneyOf(resource, name)
      return { class: 'amount', assigned: false, ...(money === undefined ? {} : { money }) }
    }
    if (field?.relation !== undefined && CODING_MODELS.includes(field.relation))
      return { class: 'coding', assigned: false }
    if (field?.type === 'date' || field?.type === 'boolean' || field?.type === 'selection')
      return { class: 'coding', assigned: false }
    return { class: 'text', assigned: false, ...(UNORDERED.includes(name) ? { unordered: true } : {}) }
  },
  ledgerCurrency: (values) => {
    const currencies = new Set((values['company.company'] ?? []).map((company) => text(company.fields.currency)))
    const [only] = currencies
    return currencies.size === 1 && only !== '' ? only : undefined
  },
  periods: {
    list: 'account.period',
    state: 'state',
    read: ({ code, fields }) =>
      fields.type === 'standard'
        ? { code, from: text(fields.start_date), to: text(fields.end_date), isOpen: fields.state === 'open' }
        : undefined,
    bookedOn: (sent) => (isJsonObject(sent) ? text(sent.accounting_date) || text(sent.invoice_date) : ''),
    kindOf: (resource, name, schema) => {
      const field = fieldOf(schema, resource, name)
      return field?.type === 'date' ? 'date' : field?.relation === 'account.period' ? 'period' : undefined
    },
    wire: (date) => wireValue(date, 'date'),
  },
  reversals: {
    draft: { how: 'delete', action: 'Financial > Invoices > Supplier Invoices, select it, Delete.' },
    validated: {
      how: 'cancel',
      action: 'Financial > Invoices > Supplier Invoices, open it, Cancel: its draft journal entry is deleted.',
    },
    posted: {
      how: 'cancel',
      action:
        'Financial > Invoices > Supplier Invoices, open it, Cancel: a cancelling journal entry is posted, in the open period where its own is closed.',
    },
    paid: {
      how: 'credit-note',
      action:
        'Financial > Invoices > Supplier Invoices, open it, Credit: the credit note is posted in the open period, the payment stays.',
    },
  },
  refusal: (request, why) => responseOf(request, { error: ['UserError', [REFUSALS[why], '', null]] }),
  connect: (transport, credential, database) => TrytonSession.open(transport, credential, database),
  virtual: virtualTryton,
  mutants: trytonMutants,
} satisfies ErpAdapter)

/** What Tryton says of an invoice that it does not take. */
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  line: 'The value for field "Account" in "Invoice Line" is not valid according to its domain.',
  period: 'The period of the invoice is closed, so its move cannot be posted.',
  duplicate: 'An invoice with the same supplier and reference exists already.',
}

const DOCUMENT_MONEY = ['amount', 'base', 'untaxed_amount', 'tax_amount', 'total_amount', 'amount_to_pay']
const LEDGER_MONEY = ['debit', 'credit', 'balance']

/** Lines of invoices are in the invoice's currency, lines of journal entries in the company's. */
function moneyOf(resource: string, name: string): 'document' | 'ledger' | undefined {
  if (resource.startsWith('account.invoice') && DOCUMENT_MONEY.includes(name)) return 'document'
  return resource.startsWith('account.invoice') || !LEDGER_MONEY.includes(name) ? undefined : 'ledger'
}

/** Works on a stored document as well as on a sent one, which has no totals yet. */
function facts(document: Json): InvoiceFacts {
  const record = isJsonObject(document) ? document : {}
  const lines = records(record.lines)
  const net = text(record.untaxed_amount) || sum(['0.00', ...lines.map(amountOf)])
  const tax = text(record.tax_amount) || '0'
  const move = isJsonObject(record.move) ? record.move : {}
  return {
    supplier: text(record.party),
    reference: text(record.reference),
    type: lines.some((line) => text(line.quantity).startsWith('-')) ? 'credit-note' : 'invoice',
    date: text(record.invoice_date),
    currency: text(record.currency),
    entity: text(record.company),
    net,
    tax,
    gross: text(record.total_amount) || absoluteSum(net, tax),
    state: text(record.state),
    number: text(record.number),
    period: text(move.period),
    lines: lines.length,
    accounts: lines.flatMap((line) => (typeof line.account === 'string' ? [line.account] : [])),
  }
}

/** The amount of a line; a line that was only sent has none yet, so it is what quantity and price make. */
function amountOf(line: JsonObject): string {
  return text(line.amount) || roundTo(times(text(line.quantity) || '0', text(line.unit_price) || '0'), 2, 'half-even')
}

function absoluteSum(net: string, tax: string): string {
  return tax === '0' ? net : sum([net, absolute(tax)])
}

function records(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : []
}

function text(value: Json | undefined): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
}
