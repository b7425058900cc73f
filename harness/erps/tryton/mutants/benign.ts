import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, jsonNumber } from '../../../base/json.ts'
import type { Snapshot } from '../../../model/snapshot.ts'
import type { Mutant } from '../../../ports/mutant.ts'
import { INVOICE } from '../operations.ts'
import {
  chained,
  everyOne,
  everywhere,
  linesOf,
  recordsIn,
  results,
  textIn,
  throughout,
  withKeywords,
  withLedger,
  withLines,
  withList,
  withMove,
  withoutField,
  withProperties,
} from './edits.ts'

function benign(id: string, does: string, release: (snapshot: Snapshot) => Snapshot): Mutant {
  return { id, class: 'benign', does, shownBy: 'any invoice', release }
}

const always = () => true

/** Records of an invoice in reverse order, and every reference to one of them with it. */
function reversed(invoice: JsonObject, list: 'lines' | 'taxes'): JsonObject {
  const last = recordsIn(invoice[list]).length - 1
  const follow = (text: string) =>
    text.replace(new RegExp(`@${list}/(\\d+)`, 'g'), (_, index: string) => `@${list}/${last - Number(index)}`)
  const turned = throughout(invoice, follow)
  return { ...turned, [list]: [...recordsIn(turned[list])].reverse() }
}

/** The same, for the lines of the journal entry. */
function ledgerReversed(invoice: JsonObject): JsonObject {
  const move = isJsonObject(invoice.move) ? invoice.move : {}
  const last = recordsIn(move.lines).length - 1
  const follow = (text: string) =>
    text.replace(/@move\/lines\/(\d+)/g, (_, index: string) => `@move/lines/${last - Number(index)}`)
  return withMove(throughout(invoice, follow), (turned) => ({
    ...turned,
    lines: [...recordsIn(turned.lines)].reverse(),
  }))
}

const optional = (properties: Readonly<Record<string, unknown>>, schema: Readonly<Record<string, unknown>>) => ({
  ...schema,
  properties: {
    ...properties,
    carbon_note: { type: ['string', 'null'], 'x-erp-type': 'char', 'x-title': 'Carbon note' },
  },
})

/** A zero with a fraction, wherever an amount is zero. */
function spelled(value: Json): Json {
  if (isJsonArray(value)) return value.map(spelled)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      AMOUNTS.includes(name) && typeof member === 'string' ? respelled(member) : spelled(member),
    ]),
  )
}

const AMOUNTS = ['amount', 'base', 'credit', 'debit', 'tax_amount', 'total_amount', 'untaxed_amount', 'amount_to_pay']

function respelled(amount: string): string {
  if (amount === '0') return '0.00'
  return /\.\d+$/.test(amount) ? `${amount}0` : amount
}

/** Nothing that anybody relies on differs: the gate must let it through and raise nothing. */
export const benignMutants: readonly Mutant[] = [
  benign(
    'documents-renumbered',
    'Invoices and journal entries get other numbers.',
    everyOne(always, (invoice) =>
      withMove(
        {
          ...invoice,
          number: typeof invoice.number === 'string' ? `A-${invoice.number}` : null,
          rec_name: 'renumbered',
        },
        (move) => ({
          ...move,
          number: '900',
          post_number: typeof move.post_number === 'string' ? '901' : null,
          rec_name: '900',
        }),
      ),
    ),
  ),
  benign('records-have-other-ids', 'Every record has another id.', (snapshot) => ({
    ...snapshot,
    values: {
      'country.country': Array.from({ length: 97 }, (_, index) => ({
        id: String(index),
        code: `C${index}`,
        active: true,
        fields: {},
      })),
      ...snapshot.values,
    },
  })),
  {
    id: 'members-in-another-order',
    class: 'benign',
    does: 'Members of every answer come in another order.',
    shownBy: 'any invoice',
    wire: results((_, result) => reordered(result)),
  },
  {
    id: 'answers-have-more-members',
    class: 'benign',
    does: 'Records in answers have a member that nobody asked for.',
    shownBy: 'any invoice',
    wire: results((_, result) =>
      isJsonArray(result)
        ? result.map((row) => (isJsonObject(row) ? { ...row, carbon_note: 'none', etag: '7' } : row))
        : result,
    ),
  },
  {
    id: 'rows-of-a-read-in-another-order',
    class: 'benign',
    does: 'A read of several lines answers them in another order; the lines are the same.',
    shownBy: 'an invoice with several lines',
    wire: results((call, result) =>
      call.method.endsWith('.read') && isJsonArray(result) && result.length > 1 ? [...result].reverse() : result,
    ),
  },
  benign(
    'lines-in-another-order',
    'Invoices keep their lines in another order; the lines are the same.',
    everyOne(
      (invoice) => linesOf(invoice).length > 1,
      (invoice) => reversed(invoice, 'lines'),
    ),
  ),
  benign(
    'tax-lines-in-another-order',
    'Invoices keep their tax lines in another order.',
    everyOne(
      (invoice) => recordsIn(invoice.taxes).length > 1,
      (invoice) => reversed(invoice, 'taxes'),
    ),
  ),
  benign(
    'journal-lines-in-another-order',
    'Journal entries keep their lines in another order.',
    everyOne(always, ledgerReversed),
  ),
  benign(
    'optional-field-added',
    'Invoices and lines have a new field that may be left out.',
    chained(
      ...[INVOICE, 'account.invoice.line'].flatMap((resource) => [
        withProperties(resource, 'read', optional),
        withProperties(resource, 'send', optional),
      ]),
      everyOne(always, (invoice) => ({
        ...withLines(invoice, (line) => ({ ...line, carbon_note: null })),
        carbon_note: null,
      })),
    ),
  ),
  benign('resource-added', 'There is a resource more.', (snapshot) => ({
    ...snapshot,
    schema: {
      ...snapshot.schema,
      resources: {
        ...snapshot.schema.resources,
        'carbon.footprint': { read: { type: 'object', properties: {} }, send: { type: 'object', properties: {} } },
      },
    },
  })),
  benign(
    'unused-field-gone',
    'A field that nobody reads or sends is gone.',
    chained(
      withoutField(INVOICE, 'invoice_report_format'),
      everyOne(always, ({ invoice_report_format: _, ...rest }) => rest),
    ),
  ),
  benign(
    'required-field-made-optional',
    'The address of an invoice need not be sent any more.',
    withProperties(INVOICE, 'send', (_, schema) => ({
      ...schema,
      required: (Array.isArray(schema.required) ? schema.required : []).filter((name) => name !== 'invoice_address'),
    })),
  ),
  benign(
    'labels-changed',
    'Fields have other labels on screen.',
    chained(
      withKeywords(INVOICE, 'description', ['read', 'send'], { 'x-title': 'Subject' }),
      withKeywords(INVOICE, 'reference', ['read', 'send'], { 'x-title': 'Supplier reference' }),
    ),
  ),
  benign(
    'value-added',
    'There is an account more.',
    withList('account.account', (values) => [
      ...values,
      { id: '99', code: '6200', active: true, fields: { code: '6200', end_date: null, name: 'Recruiting' } },
    ]),
  ),
  benign(
    'supplier-added',
    'There is a supplier more.',
    withList('party.party', (values) => [
      ...values,
      { id: '99', code: 'SUP-2001', active: true, fields: { active: true, addresses: [], code: 'SUP-2001' } },
    ]),
  ),
  benign(
    'unused-value-blocked',
    'An account that no recorded invoice uses is gone.',
    withList('account.account', (values) => values.filter((value) => value.code !== '1300')),
  ),
  benign(
    'name-of-a-value-changed',
    'Account 5100 has another name; its code is the same.',
    withList('account.account', (values) =>
      values.map((value) =>
        value.code === '5100' ? { ...value, fields: { ...value.fields, name: 'Stationery' } } : value,
      ),
    ),
  ),
  benign(
    'amounts-spelled-otherwise',
    'A zero amount is 0.00 and no longer 0, and amounts have a zero more at the end.',
    everyOne(always, (invoice) => {
      const now = spelled(invoice)
      return isJsonObject(now) ? now : invoice
    }),
  ),
  benign(
    'quantities-spelled-otherwise',
    'A quantity of three is 3 and no longer 3.0.',
    everyOne(always, (invoice) => ({
      ...invoice,
      lines: linesOf(invoice).map((line) => ({
        ...line,
        quantity: isJsonNumber(line.quantity)
          ? jsonNumber(line.quantity.value.replace(/\.0+$/, ''))
          : (line.quantity ?? null),
      })),
    })),
  ),
  benign('refusal-worded-otherwise', 'A refusal has other words and stays a refusal.', (snapshot) => ({
    ...snapshot,
    documents: snapshot.documents.map((document) => ({
      ...document,
      stages: document.stages.map((stage) =>
        stage.outcome === 'rejected'
          ? {
              ...stage,
              error: everywhere(stage.error ?? null, (text) => (text === 'UserError' ? text : `Sorry: ${text}`)),
            }
          : stage,
      ),
    })),
  })),
  benign(
    'display-names-changed',
    'Records are shown under other names.',
    everyOne(always, (invoice) =>
      withLedger({ ...invoice, rec_name: `Bill ${textIn(invoice.reference)}` }, (line) => ({
        ...line,
        rec_name: 'Journal line',
      })),
    ),
  ),
  benign('patch-release', 'The build has another number.', (snapshot) => ({
    ...snapshot,
    meta: { ...snapshot.meta, build: `${snapshot.meta.build}1` },
  })),
  benign(
    'longer-text-allowed',
    'A name that was limited may be longer.',
    chained(withKeywords('party.party', 'name', ['send', 'read'], { maxLength: 4000 })),
  ),
  {
    id: 'other-headers',
    class: 'benign',
    does: 'Answers have other headers.',
    shownBy: 'any invoice',
    wire: (virtual, acted) => ({
      unrecorded: () => virtual.unrecorded(),
      handle: (request) => {
        acted()
        const answer = virtual.handle(request)
        return {
          ...answer,
          headers: {
            ...answer.headers,
            via: '1.1 proxy',
            date: 'Tue, 01 Dec 2026 20:00:00 GMT',
            'x-served-by': 'node-2',
          },
        }
      },
    }),
  },
  {
    id: 'slower-answers',
    class: 'benign',
    does: 'Answers take longer.',
    shownBy: 'any invoice',
    wire: (virtual, acted) => {
      let calls = 0
      return {
        unrecorded: () => virtual.unrecorded(),
        handle: (request) => {
          calls += 1
          if (calls % 50 === 0) {
            acted()
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
          }
          return virtual.handle(request)
        },
      }
    },
  },
  {
    id: 'preference-added',
    class: 'benign',
    does: 'The preferences of the user have a member more.',
    shownBy: 'any invoice',
    wire: results((call, result) =>
      call.method.endsWith('get_preferences') && isJsonObject(result) ? { ...result, theme: 'dark' } : result,
    ),
  },
]

function reordered(value: Json): Json {
  if (isJsonArray(value)) return value.map(reordered)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]): [string, Json] => [name, reordered(member)])
      .reverse(),
  )
}
