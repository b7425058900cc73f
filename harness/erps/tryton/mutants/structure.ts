import { isJsonArray, isJsonObject, type Json, jsonNumber } from '../../../base/json.ts'
import type { JsonSchemaObject } from '../../../model/schema.ts'
import type { ListedValue, Snapshot } from '../../../model/snapshot.ts'
import type { Mutant } from '../../../ports/mutant.ts'
import { INVOICE } from '../operations.ts'
import {
  chained,
  everyOne,
  everywhere,
  refusals,
  results,
  throughout,
  withKeywords,
  withLines,
  withList,
  withoutField,
  withProperties,
} from './edits.ts'

const LINE = 'account.invoice.line'

function structure(id: string, does: string, shownBy: string, release: (snapshot: Snapshot) => Snapshot): Mutant {
  return { id, class: 'structure', does, shownBy, release }
}

const without = (code: string) => (values: readonly ListedValue[]) => values.filter((value) => value.code !== code)
const blocked = (code: string) => (values: readonly ListedValue[]) =>
  values.map((value) =>
    value.code === code ? { ...value, active: false, fields: { ...value.fields, active: false } } : value,
  )
const renamed = (from: string, to: string, field: string) => (values: readonly ListedValue[]) =>
  values.map((value) =>
    value.code === from ? { ...value, code: to, fields: { ...value.fields, [field]: to } } : value,
  )

/** A value renamed in its list and in every stored document, as the ERP itself would show it. */
function renamedThroughout(list: string, from: string, to: string, field: string): (snapshot: Snapshot) => Snapshot {
  return chained(
    withList(list, renamed(from, to, field)),
    everyOne(
      () => true,
      (invoice) => throughout(invoice, (text) => (text === from ? to : text)),
    ),
    (snapshot) => ({
      ...snapshot,
      documents: snapshot.documents.map((document) => ({
        ...document,
        sent: everywhere(document.sent, (text) => (text === from ? to : text)),
      })),
    }),
  )
}

/** A field named subject that is what the description is. */
function subject(properties: Readonly<Record<string, unknown>>, schema: JsonSchemaObject): JsonSchemaObject {
  return { ...schema, properties: { ...properties, subject: properties.description } }
}

/** The published schema or a value list differs. */
export const structureMutants: readonly Mutant[] = [
  {
    ...structure(
      'sent-field-gone',
      'The field for the comment of an invoice is gone.',
      'any invoice',
      chained(
        withoutField(INVOICE, 'comment'),
        everyOne(
          () => true,
          ({ comment: _, ...rest }) => rest,
        ),
      ),
    ),
    wire: refusals((call) =>
      call.method === `model.${INVOICE}.create` && JSON.stringify(call.params).includes('"comment"')
        ? ["'comment'", '']
        : undefined,
    ),
  },
  structure(
    'sent-field-ignored',
    'The payment term of an invoice is gone from the schema, and what is sent for it is ignored.',
    'an invoice with a payment term',
    chained(
      withoutField(INVOICE, 'payment_term'),
      everyOne(
        () => true,
        ({ payment_term: _, ...rest }) => rest,
      ),
    ),
  ),
  structure(
    'read-field-gone',
    'The tax amount of an invoice cannot be read any more.',
    'an invoice whose tax amount the connector reads back',
    chained(
      withoutField(INVOICE, 'tax_amount'),
      everyOne(
        () => true,
        ({ tax_amount: _, ...rest }) => rest,
      ),
    ),
  ),
  structure(
    'field-renamed',
    'The description of an invoice is called subject.',
    'any invoice',
    chained(
      withProperties(INVOICE, 'read', subject),
      withProperties(INVOICE, 'send', subject),
      withoutField(INVOICE, 'description'),
      everyOne(
        () => true,
        ({ description, ...rest }) => ({ ...rest, subject: description ?? null }),
      ),
    ),
  ),
  structure(
    'state-renamed',
    'The state validated is called checked.',
    'an invoice that is validated before it is posted',
    chained(
      withKeywords(INVOICE, 'state', ['read'], { enum: ['cancelled', 'checked', 'draft', 'paid', 'posted', null] }),
      everyOne(
        () => true,
        (invoice) => ({ ...invoice, state: invoice.state === 'validated' ? 'checked' : (invoice.state ?? null) }),
      ),
    ),
  ),
  structure(
    'search-value-renamed',
    'The type of a normal period is called regular, and the connector searches for standard.',
    'any invoice',
    chained(
      withKeywords('account.period', 'type', ['read', 'send'], { enum: ['regular', 'adjustment'] }),
      withList('account.period', (values) =>
        values.map((value) => ({ ...value, fields: { ...value.fields, type: 'regular' } })),
      ),
    ),
  ),
  structure(
    'sent-value-gone',
    'The type of a supplier invoice is called supplier, and the connector sends in.',
    'any invoice',
    withKeywords(INVOICE, 'type', ['send', 'read'], { enum: ['out', 'supplier'] }),
  ),
  structure(
    'required-field-added',
    'Every invoice must name a buyer.',
    'any invoice',
    chained(
      withProperties(INVOICE, 'send', (properties, schema) => ({
        ...schema,
        properties: { ...properties, buyer: { type: 'string', 'x-erp-type': 'char', 'x-title': 'Buyer' } },
        required: [...(Array.isArray(schema.required) ? schema.required : []), 'buyer'],
      })),
      withProperties(INVOICE, 'read', (properties, schema) => ({
        ...schema,
        properties: { ...properties, buyer: { type: 'string', 'x-erp-type': 'char', 'x-title': 'Buyer' } },
      })),
      everyOne(
        () => true,
        (invoice) => ({ ...invoice, buyer: null }),
      ),
    ),
  ),
  structure(
    'optional-field-required',
    'The unit of a line must be sent.',
    'any line',
    withProperties(LINE, 'send', (_, schema) => ({
      ...schema,
      required: [...(Array.isArray(schema.required) ? schema.required : []), 'unit'],
    })),
  ),
  structure(
    'reference-shortened',
    'A reference takes eight characters at most.',
    'an invoice with a reference',
    withKeywords(INVOICE, 'reference', ['send'], { maxLength: 8 }),
  ),
  structure(
    'quantity-made-whole',
    'The quantity of a line is a whole number.',
    'any line',
    withKeywords(LINE, 'quantity', ['send', 'read'], { type: ['integer', 'null'], 'x-erp-type': 'integer' }),
  ),
  structure(
    'unit-price-scale-narrowed',
    'A unit price takes two digits after the point.',
    'any line',
    withKeywords(LINE, 'unit_price', ['send', 'read'], { 'x-scale': 2 }),
  ),
  structure(
    'reference-read-only',
    'The reference of an invoice cannot be sent any more.',
    'an invoice with a reference',
    withProperties(INVOICE, 'send', (properties, schema) => {
      const { reference: _, ...rest } = properties
      return { ...schema, properties: rest }
    }),
  ),
  structure(
    'resource-gone',
    'Departments and projects of a line have no resource of their own any more.',
    'a line with a department',
    (snapshot) => {
      const { 'analytic.account.entry': _, ...resources } = snapshot.schema.resources
      return { ...snapshot, schema: { ...snapshot.schema, resources } }
    },
  ),
  structure(
    'account-gone',
    'Account 5800 is gone.',
    'a line on account 5800',
    withList('account.account', without('5800')),
  ),
  structure(
    'account-blocked',
    'Account 5900 is closed since September.',
    'a line on account 5900',
    withList('account.account', (values) =>
      values.map((value) =>
        value.code === '5900' ? { ...value, fields: { ...value.fields, end_date: '2026-09-30' } } : value,
      ),
    ),
  ),
  structure(
    'account-renumbered',
    'Account 5600 is now 5610.',
    'a line on account 5600',
    renamedThroughout('account.account', '5600', '5610', 'code'),
  ),
  structure(
    'department-gone',
    'Department D50 is gone.',
    'a line with department D50',
    withList('analytic_account.account', without('D50')),
  ),
  structure(
    'department-renamed',
    'Department D60 is now D65.',
    'a line with department D60',
    renamedThroughout('analytic_account.account', 'D60', 'D65', 'code'),
  ),
  structure(
    'project-blocked',
    'Project P150 is blocked.',
    'a line with project P150',
    withList('analytic_account.account', blocked('P150')),
  ),
  structure(
    'tax-code-gone',
    'Tax code VAT6 is gone.',
    'a line with tax code VAT6',
    withList('account.tax', without('VAT6')),
  ),
  structure(
    'tax-code-blocked',
    'Tax code VAT5.5 is blocked.',
    'a line with tax code VAT5.5',
    withList('account.tax', blocked('VAT5.5')),
  ),
  structure(
    'tax-rate-changed',
    'The rate of VAT12 is 13 %; the recorded invoices come out as before.',
    'a line with tax code VAT12',
    withList('account.tax', (values) =>
      values.map((value) => (value.code === 'VAT12' ? { ...value, fields: { ...value.fields, rate: '0.13' } } : value)),
    ),
  ),
  structure(
    'tax-account-of-code-changed',
    'Credit notes with VAT25 are to be booked to account 2610.',
    'a line with tax code VAT25',
    withList('account.tax', (values) =>
      values.map((value) =>
        value.code === 'VAT25' ? { ...value, fields: { ...value.fields, credit_note_account: '2610' } } : value,
      ),
    ),
  ),
  structure(
    'supplier-gone',
    'Supplier SUP-1013 is gone.',
    'an invoice of supplier SUP-1013',
    withList('party.party', without('SUP-1013')),
  ),
  structure(
    'supplier-blocked',
    'Supplier SUP-1014 is blocked.',
    'an invoice of supplier SUP-1014',
    withList('party.party', blocked('SUP-1014')),
  ),
  structure(
    'payment-term-gone',
    'Payment term NET14 is gone.',
    'an invoice with payment term NET14',
    withList('account.invoice.payment_term', without('NET14')),
  ),
  structure(
    'currency-blocked',
    'Currency GBP is blocked.',
    'an invoice in GBP',
    withList('currency.currency', blocked('GBP')),
  ),
  structure(
    'currency-digits-changed',
    'Amounts in USD have three digits after the point.',
    'an invoice in USD',
    withList('currency.currency', (values) =>
      values.map((value) => (value.code === 'USD' ? { ...value, fields: { ...value.fields, digits: '3' } } : value)),
    ),
  ),
  structure(
    'period-closed',
    'The period of October is closed.',
    'an invoice of October',
    withList('account.period', (values) =>
      values.map((value) =>
        value.code === '2026-10' ? { ...value, fields: { ...value.fields, state: 'close' } } : value,
      ),
    ),
  ),
  structure(
    'period-reopened',
    'The period of August is open again, so that late invoices are booked there.',
    'an invoice that arrived after its period was closed',
    withList('account.period', (values) =>
      values.map((value) =>
        value.code === '2026-08' ? { ...value, fields: { ...value.fields, state: 'open' } } : value,
      ),
    ),
  ),
  structure(
    'period-dates-moved',
    'October ends on the 30th.',
    'an invoice of October',
    withList('account.period', (values) =>
      values.map((value) =>
        value.code === '2026-10' ? { ...value, fields: { ...value.fields, end_date: '2026-10-30' } } : value,
      ),
    ),
  ),
  structure(
    'look-up-order-reversed',
    'Periods are listed with the newest first.',
    'any invoice',
    withList('account.period', (values) => [...values].reverse()),
  ),
  structure('journal-gone', 'The journal EXP is gone.', 'any invoice', withList('account.journal', without('EXP'))),
  {
    id: 'look-up-finds-two',
    class: 'structure',
    does: 'A search for account 5100 finds two accounts.',
    shownBy: 'a line on account 5100',
    wire: results((call, result) => {
      const asks =
        call.method === 'model.account.account.search_read' && JSON.stringify(call.params[0]).includes('"5100"')
      return asks && isJsonArray(result) ? [...result, ...result.map((row) => doubled(row))] : result
    }),
  },
  {
    id: 'look-up-finds-nothing',
    class: 'structure',
    does: 'A search for tax codes by name finds nothing, though they exist.',
    shownBy: 'a line with a tax code',
    wire: results((call, result) =>
      call.method === 'model.account.tax.search_read' && JSON.stringify(call.params[0]).includes('"name"')
        ? []
        : result,
    ),
  },
  structure(
    'line-type-changed',
    'The text of a line is a list of texts.',
    'a line with a text',
    chained(
      withKeywords(LINE, 'description', ['read'], { type: 'array', items: { type: 'string' } }),
      everyOne(
        () => true,
        (invoice) => withLines(invoice, (line) => ({ ...line, description: [line.description ?? null] })),
      ),
    ),
  ),
]

/** The same record once more, under an id that no record has. */
function doubled(row: Json): Json {
  return isJsonObject(row) ? { ...row, id: jsonNumber(999_999) } : row
}
