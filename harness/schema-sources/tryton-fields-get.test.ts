import { describe, expect, it } from 'vitest'
import { ErpSchema } from '../model/schema.ts'
import source from './tryton-fields-get.ts'

const AMOUNT_6 = '[16, {"__class__": "Eval", "v": "currency_digits", "d": 2}]'
const QUANTITY_6 = '[16, {"__class__": "Eval", "v": "unit_digits", "d": 2}]'

function documentOf(fields: object, release = '6.0') {
  return {
    name: 'fields.json',
    text: JSON.stringify({ product: 'tryton', release, models: { 'account.invoice.line': fields } }),
  }
}

function fieldOf(fields: object, name: string, direction: 'send' | 'read' = 'send'): unknown {
  const schema = source.read(documentOf(fields)).resources['account.invoice.line']?.[direction]
  if (typeof schema !== 'object') throw new Error('the line has no schema')
  const properties = schema.properties as Record<string, unknown>
  return properties[name]
}

const currency = { type: 'many2one', required: true, relation: 'currency.currency' }
const unit = { type: 'many2one', required: false, relation: 'product.uom' }

describe('Tryton fields_get', () => {
  it('recognizes its documents by content', () => {
    expect(source.recognizes(documentOf({}))).toBe(true)
    expect(source.recognizes({ name: 'x.json', text: '{"openapi":"3.0.3"}' })).toBe(false)
  })

  it('makes a closed record per model, read-only fields only where they are read', () => {
    const schema = source.read(
      documentOf({
        description: { type: 'text', required: true, string: 'Description' },
        amount: { type: 'numeric', readonly: true, digits: AMOUNT_6 },
        currency,
      }),
    )
    expect(ErpSchema.parse(schema)).toEqual({
      format: 'erp-change-gate/schema',
      version: 1,
      source: { kind: 'tryton-fields-get', product: 'tryton', release: '6.0', inferred: false },
      definitions: {},
      resources: {
        'account.invoice.line': {
          position: '/models/account.invoice.line',
          send: {
            type: 'object',
            properties: {
              currency: { type: 'integer', 'x-relation': 'currency.currency', 'x-erp-type': 'many2one' },
              description: { type: 'string', 'x-erp-type': 'text', 'x-title': 'Description' },
            },
            required: ['currency', 'description'],
            additionalProperties: false,
            'x-read-only-names': ['amount'],
          },
          read: {
            type: 'object',
            properties: {
              amount: {
                type: ['string', 'null'],
                format: 'decimal',
                'x-scale': { follows: 'currency' },
                'x-erp-type': 'numeric',
                'x-read-only': true,
              },
              currency: { type: 'integer', 'x-relation': 'currency.currency', 'x-erp-type': 'many2one' },
              description: { type: 'string', 'x-erp-type': 'text', 'x-title': 'Description' },
            },
            additionalProperties: false,
          },
        },
      },
    })
  })

  it('spells a limit that follows the currency alike in 6.0 and 7.0', () => {
    const old = fieldOf({ currency, unit_price: { type: 'numeric', digits: AMOUNT_6 } }, 'unit_price')
    expect(fieldOf({ currency, unit_price: { type: 'numeric', digits: '"currency"' } }, 'unit_price')).toEqual(old)
  })

  it('shows that a quantity without a unit was limited to two digits and no longer is', () => {
    expect(fieldOf({ unit, quantity: { type: 'float', digits: QUANTITY_6 } }, 'quantity')).toMatchObject({
      'x-scale': { follows: 'unit', otherwise: 2 },
    })
    expect(fieldOf({ unit, quantity: { type: 'float', digits: '"unit"' } }, 'quantity')).toMatchObject({
      'x-scale': { follows: 'unit', otherwise: null },
    })
  })

  it.each([
    ['text', { type: 'char', required: true }, { type: 'string' }],
    ['limited text', { type: 'char', required: true, size: 12 }, { type: 'string', maxLength: 12 }],
    ['integer', { type: 'integer', required: true }, { type: 'integer' }],
    ['a float without a limit', { type: 'float', required: true, digits: 'null' }, { type: 'number', 'x-scale': null }],
    ['a fixed scale', { type: 'numeric', required: true, digits: '[16, 4]' }, { format: 'decimal', 'x-scale': 4 }],
    ['a date', { type: 'date' }, { type: ['string', 'null'], format: 'date' }],
    ['a flag', { type: 'boolean' }, { type: 'boolean' }],
    [
      'a selection',
      {
        type: 'selection',
        required: true,
        selection: [
          ['out', 'Customer'],
          ['in', 'Supplier'],
        ],
      },
      { type: 'string', enum: ['in', 'out'], 'x-enum-titles': { in: 'Supplier', out: 'Customer' } },
    ],
    [
      'an optional selection',
      { type: 'selection', selection: [['in', 'Supplier']] },
      { type: ['string', 'null'], enum: ['in', null] },
    ],
    ['a computed selection', { type: 'selection', selection: 'get_kinds' }, { 'x-selection': 'get_kinds' }],
    [
      'a reference',
      { type: 'reference', selection: [['purchase.line', 'Purchase']] },
      { 'x-relation': ['purchase.line'] },
    ],
    [
      'lines',
      { type: 'one2many', relation: 'account.invoice.line' },
      { type: 'array', items: { type: 'integer' }, 'x-relation': 'account.invoice.line' },
    ],
    ['trimmed text', { type: 'char', strip: true }, { 'x-strip': true }],
  ])('reads %s', (_name, field, expected) => {
    expect(fieldOf({ field }, 'field')).toMatchObject(expected)
  })

  it('writes conditions in one spelling whatever the order of operands', () => {
    const eq = (state: string) => `{"__class__":"Equal","s1":{"__class__":"Eval","v":"state","d":""},"s2":"${state}"}`
    const states = (left: string, right: string) => `{"required":{"__class__":"Or","s":[${eq(left)},${eq(right)}]}}`
    const one = fieldOf({ journal: { type: 'many2one', states: states('posted', 'paid'), domain: '[]' } }, 'journal')
    const other = fieldOf({ journal: { type: 'many2one', states: states('paid', 'posted'), domain: '{}' } }, 'journal')
    expect(one).toEqual(other)
    expect(one).toHaveProperty('x-conditions')
    expect(one).not.toHaveProperty('x-domain')
  })

  it('ignores what changes with every start of the server', () => {
    const field = { type: 'many2one', on_change: ['party', 'company'], depends: ['state', 'type'] }
    const shuffled = { type: 'many2one', on_change: ['company', 'party'], depends: ['type', 'state'] }
    expect(fieldOf({ field }, 'field')).toEqual(fieldOf({ field: shuffled }, 'field'))
  })

  it.each([
    ['text that is no JSON', '{"product":"tryton","models":{', /is not JSON/],
    ['models that are a list', '{"product":"tryton","models":[]}', /\/models: expected an object/],
    [
      'a field without a type',
      '{"product":"tryton","models":{"party.party":{"name":{}}}}',
      /\/models\/party.party\/name/,
    ],
    ['nesting that never ends', `{"product":"tryton","models":${'['.repeat(10_000)}`, /nested more than 400 levels/],
    [
      'a broken condition',
      '{"product":"tryton","models":{"party.party":{"name":{"type":"char","states":"{"}}}}',
      /\/models\/party.party\/name\/states/,
    ],
  ])('refuses %s with its place', (_name, text, message) => {
    expect(() => source.read({ name: 'fields.json', text })).toThrow(message)
  })
})
