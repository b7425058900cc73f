import { describe, expect, it } from 'vitest'
import type { ErpSchema, JsonSchema } from '../../model/schema.ts'
import { StructureDifference } from '../../model/structure.ts'
import { compareStructure, structureComparison } from './compare.ts'
import { proverOf } from './contained.ts'
import { flattenerOf } from './flat.ts'
import { spaceOf } from './space.ts'

type Definitions = Readonly<Record<string, JsonSchema>>

export function schemaOf(
  bill: JsonSchema,
  definitions: Definitions = {},
  undeclared: 'allowed' | 'refused' = 'allowed',
): ErpSchema {
  return {
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'json-schema', inferred: false, undeclared },
    resources: { Bill: { send: bill, read: bill } },
    definitions,
  }
}

function seen(
  old: JsonSchema,
  next: JsonSchema,
  before: Definitions = {},
  after: Definitions = before,
): readonly string[] {
  return compareStructure(schemaOf(old, before), schemaOf(next, after)).map((difference) => {
    StructureDifference.parse(difference)
    const { direction, pointer, keyword, change, effect } = difference
    return `${direction} ${pointer} ${keyword} ${change} ${effect}`
  })
}

const closed = (properties: Definitions, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const text = { type: 'string' }

/** Old and new schema of the field `/total`, and what is seen; the mirror swaps the two schemas. */
const FIELD_ROWS: readonly (readonly [string, JsonSchema, JsonSchema, readonly string[], readonly string[]])[] = [
  [
    'type widened',
    { type: 'integer' },
    { type: 'number' },
    ['read type widened breaking', 'send type widened compatible'],
    ['read type narrowed compatible', 'send type narrowed breaking'],
  ],
  [
    'type replaced',
    { type: 'integer' },
    text,
    ['read type altered breaking', 'send type altered breaking'],
    ['read type altered breaking', 'send type altered breaking'],
  ],
  [
    'nullable',
    text,
    { type: ['string', 'null'] },
    ['read null widened breaking', 'send null widened compatible'],
    ['read null narrowed compatible', 'send null narrowed breaking'],
  ],
  [
    'nullable by a choice',
    text,
    { anyOf: [text, { type: 'null' }] },
    ['read null widened breaking', 'send null widened compatible'],
    ['read null narrowed compatible', 'send null narrowed breaking'],
  ],
  [
    'nullable by a choice of a choice',
    text,
    { anyOf: [{ anyOf: [text] }, { type: 'null' }] },
    ['read null widened breaking', 'send null widened compatible'],
    ['read null narrowed compatible', 'send null narrowed breaking'],
  ],
  [
    'value list',
    { enum: ['open', 'paid'] },
    { enum: ['open', 'paid', 'held'] },
    ['read enum widened breaking', 'send enum widened compatible'],
    ['read enum narrowed compatible', 'send enum narrowed breaking'],
  ],
  [
    'value renamed',
    { enum: ['close'] },
    { enum: ['closed'] },
    [
      'read enum narrowed compatible',
      'read enum widened breaking',
      'send enum narrowed breaking',
      'send enum widened compatible',
    ],
    [
      'read enum narrowed compatible',
      'read enum widened breaking',
      'send enum narrowed breaking',
      'send enum widened compatible',
    ],
  ],
  [
    'constant dropped',
    { const: 'ACCPAY' },
    text,
    ['read enum removed breaking', 'send enum removed compatible'],
    ['read enum added compatible', 'send enum added breaking'],
  ],
  [
    'longer text',
    { type: 'string', maxLength: 20 },
    { type: 'string', maxLength: 35 },
    ['read maxLength widened breaking', 'send maxLength widened compatible'],
    ['read maxLength narrowed compatible', 'send maxLength narrowed breaking'],
  ],
  [
    'shorter text allowed',
    { type: 'string', minLength: 2 },
    text,
    ['read minLength widened breaking', 'send minLength widened compatible'],
    ['read minLength narrowed compatible', 'send minLength narrowed breaking'],
  ],
  [
    'pattern dropped',
    { type: 'string', pattern: '^V' },
    text,
    ['read pattern widened breaking', 'send pattern widened compatible'],
    ['read pattern narrowed compatible', 'send pattern narrowed breaking'],
  ],
  [
    'pattern changed',
    { type: 'string', pattern: '^V' },
    { type: 'string', pattern: '^W' },
    ['read pattern unknown unknown', 'send pattern unknown unknown'],
    ['read pattern unknown unknown', 'send pattern unknown unknown'],
  ],
  [
    'format dropped',
    { type: 'string', format: 'date' },
    text,
    ['read format widened breaking', 'send format widened compatible'],
    ['read format narrowed compatible', 'send format narrowed breaking'],
  ],
  [
    'bound moved',
    { type: 'number', minimum: 0 },
    { type: 'number', minimum: -5 },
    ['read minimum widened breaking', 'send minimum widened compatible'],
    ['read minimum narrowed compatible', 'send minimum narrowed breaking'],
  ],
  [
    'bound said otherwise',
    { type: 'integer', exclusiveMinimum: 0 },
    { type: 'integer', minimum: 1 },
    ['read minimum narrowed compatible', 'send minimum narrowed compatible'],
    ['read minimum widened compatible', 'send minimum widened compatible'],
  ],
  [
    'finer steps',
    { type: 'number', multipleOf: 1 },
    { type: 'number', multipleOf: 0.5 },
    ['read multipleOf unknown breaking', 'send multipleOf unknown compatible'],
    ['read multipleOf unknown compatible', 'send multipleOf unknown breaking'],
  ],
  [
    'fewer decimals',
    { type: 'number', 'x-scale': 2 },
    { type: 'number', 'x-scale': 4 },
    ['read x-scale widened breaking', 'send x-scale widened compatible'],
    ['read x-scale narrowed compatible', 'send x-scale narrowed breaking'],
  ],
  [
    'more items',
    { type: 'array', maxItems: 2 },
    { type: 'array', maxItems: 9 },
    ['read maxItems widened breaking', 'send maxItems widened compatible'],
    ['read maxItems narrowed compatible', 'send maxItems narrowed breaking'],
  ],
  [
    'unique items',
    { type: 'array', uniqueItems: true },
    { type: 'array' },
    ['read uniqueItems widened breaking', 'send uniqueItems widened compatible'],
    ['read uniqueItems narrowed compatible', 'send uniqueItems narrowed breaking'],
  ],
  [
    'default',
    { type: 'string', default: 'EUR' },
    { type: 'string', default: 'USD' },
    ['read default altered compatible', 'send default altered unknown'],
    ['read default altered compatible', 'send default altered unknown'],
  ],
  [
    'relation',
    { type: 'integer', 'x-relation': 'party' },
    { type: 'integer', 'x-relation': 'contact' },
    ['read x-relation altered breaking', 'send x-relation altered breaking'],
    ['read x-relation altered breaking', 'send x-relation altered breaking'],
  ],
  [
    'read-only',
    { type: 'string', 'x-read-only': true },
    text,
    ['send x-read-only removed compatible'],
    ['send x-read-only added breaking'],
  ],
  [
    'listed values of which only a whole number can be sent, and then none',
    { type: 'integer', enum: [0.5, -2] },
    { type: 'null' },
    [
      'read enum removed breaking',
      'read null widened breaking',
      'read type narrowed compatible',
      'send enum removed compatible',
      'send null widened compatible',
      'send type narrowed breaking',
    ],
    [
      'read enum added compatible',
      'read null narrowed compatible',
      'read type widened breaking',
      'send enum added breaking',
      'send null narrowed breaking',
      'send type widened compatible',
    ],
  ],
  [
    'deprecated',
    { type: 'string', deprecated: true },
    text,
    ['read deprecated removed compatible', 'send deprecated removed compatible'],
    ['read deprecated added compatible', 'send deprecated added compatible'],
  ],
]

describe('compareStructure on one field', () => {
  it.each(FIELD_ROWS)('sees %s, and its mirror', (_name, old, next, forth, back) => {
    const at = (lines: readonly string[]) => lines.map((line) => line.replace(' ', ' /total '))
    expect(seen(closed({ total: old }), closed({ total: next }))).toEqual(at(forth))
    expect(seen(closed({ total: next }), closed({ total: old }))).toEqual(at(back))
  })
})

describe('compareStructure on records', () => {
  it.each([
    ['nothing changed', closed({ total: text }), closed({ total: text }), []],
    ['prose', closed({ total: { ...text, description: 'a' } }), closed({ total: { ...text, description: 'b' } }), []],
    ['the order of keywords', { type: 'object', required: ['b', 'a'] }, { required: ['a', 'b'], type: 'object' }, []],
    [
      'a field that is gone',
      closed({ total: text, memo: text }),
      closed({ total: text }),
      ['read /memo property removed breaking', 'send /memo property removed breaking'],
    ],
    [
      'a new optional field',
      closed({ total: text }),
      closed({ total: text, memo: text }),
      ['read /memo property added compatible', 'send /memo property added compatible'],
    ],
    [
      'a new required field',
      closed({ total: text }),
      closed({ total: text, segment: text }, ['segment']),
      [
        'read /segment property added compatible',
        'read /segment required added compatible',
        'send /segment property added compatible',
        'send /segment required added breaking',
      ],
    ],
    [
      'a typed field where anything was allowed',
      { type: 'object' },
      { type: 'object', properties: { memo: text } },
      ['read /memo property added compatible', 'send /memo property added breaking'],
    ],
    [
      'a field that became required',
      closed({ journal: text }),
      closed({ journal: text }, ['journal']),
      ['read /journal required added compatible', 'send /journal required added breaking'],
    ],
    [
      'a field that became optional',
      closed({ journal: text }, ['journal']),
      closed({ journal: text }),
      ['read /journal required removed breaking', 'send /journal required removed compatible'],
    ],
    [
      'a record that was closed',
      { type: 'object', properties: { total: text } },
      closed({ total: text }),
      ['read  additionalProperties narrowed compatible', 'send  additionalProperties narrowed breaking'],
    ],
    [
      'a field on a line',
      { type: 'object', properties: { lines: { type: 'array', items: closed({ memo: text }) } } },
      { type: 'object', properties: { lines: { type: 'array', items: closed({}) } } },
      ['read /lines/*/memo property removed breaking', 'send /lines/*/memo property removed breaking'],
    ],
    [
      'fields moved into allOf',
      closed({ total: text }),
      {
        allOf: [
          { type: 'object', properties: { total: text } },
          { additionalProperties: false, properties: { total: true } },
        ],
      },
      [],
    ],
    [
      'a branch that is gone',
      { anyOf: [{ type: 'string' }, { type: 'integer' }] },
      { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
      [
        'read  anyOf added breaking',
        'read  anyOf removed compatible',
        'send  anyOf added compatible',
        'send  anyOf removed breaking',
      ],
    ],
  ] as const)('sees %s', (_name, old, next, expected) => {
    expect(seen(old as JsonSchema, next as JsonSchema)).toEqual(expected)
  })

  it('sees a change inside a closed branch of a choice, which json-schema-diff does not', () => {
    const branches = (c: JsonSchema): JsonSchema => ({
      anyOf: [closed({ a: text, c }, ['a']), closed({ b: text }, ['b'])],
    })
    expect(seen(branches(text), branches({ type: 'number' }))).toEqual([
      'read /c type altered breaking',
      'send /c type altered breaking',
    ])
  })

  it('reports fields that look alike each at its own place', () => {
    expect(
      seen(
        closed({ net: { type: 'string' }, memo: { type: 'string' } }),
        closed({ net: { type: 'integer' }, memo: { type: 'integer' } }),
      ),
    ).toEqual([
      'read /memo type altered breaking',
      'read /net type altered breaking',
      'send /memo type altered breaking',
      'send /net type altered breaking',
    ])
  })

  it('reports a change of a shared definition once and counts who shares it', () => {
    const money = (maxLength: number) => ({ Money: { type: 'string', maxLength } })
    const record = closed({ net: { $ref: '#/definitions/Money' }, gross: { $ref: '#/definitions/Money' } })
    const withTwo = (maxLength: number): ErpSchema => ({
      ...schemaOf(record, money(maxLength)),
      resources: { Bill: { send: record }, Credit: { send: record } },
    })
    expect(compareStructure(withTwo(9), withTwo(5))).toMatchObject([
      { resource: 'Bill', pointer: '/gross', keyword: 'maxLength', shared: 'Money', also: 1, effect: 'breaking' },
    ])
    const comparison = structureComparison(withTwo(9), withTwo(5))
    expect(comparison.at('Credit', 'send', ['net'])).toEqual([0])
    expect(comparison.at('Credit', 'send', ['memo'])).toEqual([])
  })

  it('reports it once as well where fields are that or null, or take nothing else over', () => {
    const to = { $ref: '#/definitions/Supplier' }
    const bill = closed({
      supplier: { anyOf: [to, { type: 'null' }] },
      remitTo: { anyOf: [{ allOf: [to] }, { type: 'null' }], default: null },
      payee: { oneOf: [to], description: 'who is paid' },
    })
    const supplier = (maxLength: number) => ({ Supplier: closed({ name: { type: 'string', maxLength } }) })
    expect(seen(bill, bill, supplier(40), supplier(20))).toEqual([
      'read /payee/name maxLength narrowed compatible',
      'send /payee/name maxLength narrowed breaking',
    ])
  })

  it('follows recursive definitions without end', () => {
    const account = (code: JsonSchema) => ({
      Account: closed({ code, children: { type: 'array', items: { $ref: '#/definitions/Account' } } }),
    })
    const root = { $ref: '#/definitions/Account' }
    expect(seen(root, root, account(text), account(text))).toEqual([])
    expect(seen(root, root, account(text), account({ type: 'string', maxLength: 4 }))).toEqual([
      'read /code maxLength narrowed compatible',
      'send /code maxLength narrowed breaking',
    ])
    const comparison = structureComparison(
      schemaOf(root, account(text)),
      schemaOf(root, account({ type: 'string', maxLength: 4 })),
    )
    expect(comparison.at('Bill', 'send', ['children', '0', 'children', '3', 'code'])).toHaveLength(1)
  })

  it('doubts a choice of exactly one whose branches lead back to it, where one takes more now', () => {
    const to = (name: string) => ({ $ref: `#/definitions/${name}` })
    const Payee = closed({ by: { oneOf: [to('Person'), to('Firm')] } })
    const Person = closed({ name: text, tax: text, payee: to('Payee') })
    const before = { Payee, Person, Firm: closed({ name: text }) }
    const after = { Payee, Person, Firm: closed({ name: text, tax: text }) }
    expect(seen(to('Payee'), to('Payee'), before, after)).toEqual([
      'read /by/tax property added compatible',
      'send /by schema unknown unknown',
      'send /by/tax property added compatible',
    ])
  })

  it('gives up a proof of choices in choices, a thousand of them, instead of running out of stack', () => {
    const last = 1000
    const to = (index: number) => ({ $ref: `#/definitions/Payee${index}` })
    const choices = Array.from({ length: last }, (_, index) => [
      `Payee${index}`,
      { anyOf: [to(index + 1), { type: 'null' }] },
    ])
    const [old, next] = [5, 3].map((maxLength) =>
      schemaOf(to(0), { ...Object.fromEntries(choices), [`Payee${last}`]: { type: 'string', maxLength } }),
    )
    if (old === undefined || next === undefined) throw new Error('two releases')
    const sent = { Bill: { send: to(0) } }
    const { proofs } = structureComparison({ ...old, resources: sent }, { ...next, resources: sent })
    expect(proofs()).toMatchObject([{ direction: 'send', narrowed: 'not-proven' }])
  })

  it('proves nothing more once all proofs together took what they may', () => {
    const [shorter, longer] = [{ maxLength: 5 }, { maxLength: 9 }].map((limit) => ({ ...text, ...limit }))
    if (shorter === undefined || longer === undefined) throw new Error('two lengths')
    const space = spaceOf(schemaOf(shorter), schemaOf(longer))
    const flattener = flattenerOf(space)
    const flatOf = (side: 'old' | 'new', schema: JsonSchema) => flattener.flat(side, [closed({ payee: schema })])
    const holds = (mostCalls: number) => {
      const { isContained } = proverOf(space, flattener, mostCalls)
      return [
        isContained(flatOf('old', shorter), flatOf('new', longer)),
        isContained(flatOf('old', text), flatOf('new', {})),
      ]
    }
    expect([holds(8), holds(2), holds(0)]).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ])
  })

  it('takes an object that declares members for closed where the source says so', () => {
    const base = { Base: { type: 'object', properties: { id: text } } }
    const bill = (name: string): JsonSchema => ({
      allOf: [{ $ref: '#/definitions/Base' }, { type: 'object', properties: { [name]: text } }],
    })
    const differences = compareStructure(
      schemaOf(bill('memo'), base, 'refused'),
      schemaOf(bill('note'), base, 'refused'),
    )
    expect(
      differences.map(({ direction, pointer, change, effect }) => [direction, pointer, change, effect].join(' ')),
    ).toEqual([
      'read /memo removed breaking',
      'read /note added compatible',
      'send /memo removed breaking',
      'send /note added compatible',
    ])
  })

  describe('what an object says of members that it does not declare, where the source says that they are dropped', () => {
    const bill = (additionalProperties?: JsonSchema): JsonSchema => ({
      type: 'object',
      properties: { memo: text },
      ...(additionalProperties === undefined ? {} : { additionalProperties }),
    })
    const between = (old: JsonSchema, next: JsonSchema) =>
      compareStructure(schemaOf(old, {}, 'refused'), schemaOf(next, {}, 'refused')).map(
        ({ direction, pointer, keyword, change, effect }) => `${direction} ${pointer} ${keyword} ${change} ${effect}`,
      )
    type Effects = Readonly<Record<'read' | 'send', string>>
    const rows: readonly (readonly [string, JsonSchema, JsonSchema, Effects, Effects])[] = [
      [
        'nothing, then that they are refused',
        bill(),
        bill(false),
        { read: 'narrowed compatible', send: 'narrowed breaking' },
        { read: 'widened unknown', send: 'widened compatible' },
      ],
      [
        'that they may be sent, then nothing',
        bill(true),
        bill(),
        { read: 'narrowed compatible', send: 'narrowed unknown' },
        { read: 'widened unknown', send: 'widened compatible' },
      ],
      [
        'that they may be sent, then that they are refused',
        bill(true),
        bill(false),
        { read: 'narrowed compatible', send: 'narrowed breaking' },
        { read: 'widened unknown', send: 'widened compatible' },
      ],
      [
        'what type they have, then nothing',
        bill(text),
        bill(),
        { read: 'narrowed compatible', send: 'narrowed unknown' },
        { read: 'widened unknown', send: 'widened unknown' },
      ],
      [
        'that they may be sent, in one of two records that it takes over',
        { allOf: [bill(), { additionalProperties: {} }] },
        { allOf: [bill(), { additionalProperties: false, properties: { memo: true } }] },
        { read: 'narrowed compatible', send: 'narrowed breaking' },
        { read: 'widened unknown', send: 'widened compatible' },
      ],
    ]
    it.each(rows)('%s, and its mirror', (_name, old, next, forth, back) => {
      const lines = (effects: Effects) => [
        `read  additionalProperties ${effects.read}`,
        `send  additionalProperties ${effects.send}`,
      ]
      expect(between(old, next)).toEqual(lines(forth))
      expect(between(next, old)).toEqual(lines(back))
    })

    it('says nothing new where any member may be sent in one way or another', () => {
      expect(between(bill(true), bill({}))).toEqual([])
    })

    it('concerns who sends one that neither release declares, or the whole record', () => {
      const comparison = structureComparison(schemaOf(bill(), {}, 'refused'), schemaOf(bill(false), {}, 'refused'))
      const send = comparison.differences.findIndex(({ direction }) => direction === 'send')
      expect(comparison.at('Bill', 'send', ['memo'])).toEqual([])
      expect(comparison.at('Bill', 'send', ['note'])).toEqual([send])
      expect(comparison.at('Bill', 'send', [])).toEqual([send])
    })
  })

  it('follows a relation into the record it leads to', () => {
    const erp = (account: JsonSchema): ErpSchema => ({
      ...schemaOf(true),
      resources: {
        invoice: { send: closed({ lines: { type: 'array', items: { type: 'integer' }, 'x-relation': 'line' } }) },
        line: { send: closed({ account }) },
      },
    })
    const comparison = structureComparison(erp(text), erp({ type: 'string', maxLength: 3 }))
    expect(comparison.at('invoice', 'send', ['lines', '0', 'account'])).toHaveLength(1)
    expect(comparison.at('invoice', 'send', ['lines'])).toEqual([])
  })

  describe('whether an operation must be given a body', () => {
    type Operation = ErpSchema['resources'][string]
    const approval = closed({ by: text })
    const seenOf = (old: Operation, next: Operation) =>
      compareStructure(operations({ approve: old }), operations({ approve: next })).map(
        ({ direction, keyword, change, effect }) => `${direction} ${keyword} ${change} ${effect}`,
      )
    const operations = (resources: ErpSchema['resources']): ErpSchema => ({ ...schemaOf(true), resources })
    const rows: readonly (readonly [string, Operation, Operation, readonly string[], readonly string[]])[] = [
      [
        'one that could be left out',
        { send: approval, bodyRequired: false },
        { send: approval, bodyRequired: true },
        ['send body added breaking'],
        ['send body removed compatible'],
      ],
      [
        'none before',
        { read: text },
        { read: text, send: approval, bodyRequired: true },
        ['send body added breaking', 'send send added compatible'],
        ['send send removed breaking'],
      ],
      [
        'none before, and one that can be left out',
        { read: text },
        { read: text, send: approval, bodyRequired: false },
        ['send send added compatible'],
        ['send send removed breaking'],
      ],
      ['a body of no known form', { bodyRequired: false }, { bodyRequired: true }, ['send body added breaking'], []],
      [
        'nothing said of it before',
        { send: approval },
        { send: approval, bodyRequired: true },
        ['send body added unknown'],
        ['send body removed compatible'],
      ],
    ]
    it.each(rows)('%s, and its mirror', (_name, old, next, forth, back) => {
      expect(seenOf(old, next)).toEqual(forth)
      expect(seenOf(next, old)).toEqual(back)
    })

    it('concerns who sends none', () => {
      const [old, next] = [false, true].map((bodyRequired) => operations({ approve: { send: approval, bodyRequired } }))
      if (old === undefined || next === undefined) throw new Error('two releases')
      const comparison = structureComparison(old, next)
      expect(comparison.at('approve', 'send', [])).toEqual([0])
      expect(comparison.at('approve', 'send', ['by'])).toEqual([])
    })
  })

  it('takes an operation without parameters for one that has none of them', () => {
    const bills = (parameters?: JsonSchema): ErpSchema => ({
      ...schemaOf(true),
      resources: {
        'GET /bills': { read: text },
        ...(parameters === undefined ? {} : { 'GET /bills (parameters)': { send: parameters } }),
      },
    })
    const changes = (old: ErpSchema, next: ErpSchema) =>
      compareStructure(old, next).map(
        ({ resource, pointer, keyword, change, effect }) => `${resource} ${pointer} ${keyword} ${change} ${effect}`,
      )
    const asked = bills(closed({ company: text, page: text }, ['company']))
    expect(changes(bills(), asked)).toEqual([
      'GET /bills (parameters) /company property added compatible',
      'GET /bills (parameters) /company required added breaking',
      'GET /bills (parameters) /page property added compatible',
    ])
    expect(changes(asked, bills())).toEqual([
      'GET /bills (parameters) /company property removed breaking',
      'GET /bills (parameters) /page property removed breaking',
    ])
  })

  it('gives the same bytes whatever the order of resources and keywords', () => {
    const turned = (schema: JsonSchema): JsonSchema =>
      typeof schema === 'boolean' ? schema : Object.fromEntries(Object.entries(schema).reverse())
    const old = closed({ b: text, a: { enum: ['x', 'y'] } })
    const next = closed({ c: text, a: { enum: ['y', 'z'] } })
    expect(JSON.stringify(compareStructure(schemaOf(turned(old)), schemaOf(turned(next))))).toBe(
      JSON.stringify(compareStructure(schemaOf(old), schemaOf(next))),
    )
  })
})
