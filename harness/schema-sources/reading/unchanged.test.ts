import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { structureComparison } from '../../compare/structure/compare.ts'
import openapi from '../openapi.ts'

type Schemas = Readonly<Record<string, unknown>>

function specification(schemas: Schemas): { name: string; text: string } {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Invoice' } } }
  const post = { requestBody: { content }, responses: { 200: { description: 'stored', content } } }
  const document = { openapi: '3.0.3', info: { title: 'Invoices', version: '1' }, paths: { '/invoices': { post } } }
  return { name: 'invoices.json', text: JSON.stringify({ ...document, components: { schemas } }) }
}

const to = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const record = (properties: Schemas) => ({ type: 'object', properties })
const SUPPLIER = record({ name: { type: 'string', maxLength: 40 }, parent: to('Supplier') })
const LINES = { type: 'array', items: record({ account: to('Account') }) }
const INVOICE = record({ supplier: to('Supplier'), lines: LINES, corrects: to('Invoice') })
const PART = 'Account/properties/code'
const coded = (by: unknown) => ({ ...record({ by }), required: ['by'] })
const account = (code: unknown) => record({ code })

describe('two releases read together', () => {
  const cases: readonly (readonly [string, Schemas, Schemas])[] = [
    [
      'a change behind references that did not change',
      { Invoice: INVOICE, Supplier: SUPPLIER, Account: account({ type: 'string' }) },
      { Invoice: INVOICE, Supplier: SUPPLIER, Account: account({ type: 'integer' }) },
    ],
    [
      'a field of an unchanged record that became read-only by what it refers to',
      { Invoice: INVOICE, Supplier: SUPPLIER, Account: account({ type: 'string' }) },
      { Invoice: INVOICE, Supplier: SUPPLIER, Account: { ...account({ type: 'string' }), readOnly: true } },
    ],
    [
      'a field that must be sent now, since the part of a record that its definition refers to is no longer read-only',
      { Invoice: coded(to('Code')), Code: to(PART), Account: account({ type: 'string', readOnly: true }) },
      { Invoice: coded(to('Code')), Code: to(PART), Account: account({ type: 'string' }) },
    ],
    [
      'the same where the definition itself is told in other words',
      { Invoice: coded(to('Code')), Code: to(PART), Account: account({ type: 'string', readOnly: true }) },
      { Invoice: coded(to('Code')), Code: { ...to(PART), title: 'Code' }, Account: account({ type: 'string' }) },
    ],
    [
      'the same where the field refers to the part itself',
      { Invoice: coded(to(PART)), Account: account({ type: 'string', readOnly: true }) },
      { Invoice: coded(to(PART)), Account: account({ type: 'string' }) },
    ],
    [
      'a change behind a read-only field',
      { Invoice: record({ posted: { ...to('Account'), readOnly: true } }), Account: account({ maxLength: 9 }) },
      { Invoice: record({ posted: { ...to('Account'), readOnly: true } }), Account: account({ maxLength: 5 }) },
    ],
    [
      'a change below what an unchanged record rules out',
      { Invoice: { not: to('Account') }, Account: account({ type: 'string', maxLength: 5 }) },
      { Invoice: { not: to('Account') }, Account: account({ type: 'string', maxLength: 9 }) },
    ],
    [
      'a change in a branch of a choice',
      { Invoice: record({ by: { oneOf: [to('Account'), to('Supplier')] } }), Supplier: SUPPLIER, Account: account({}) },
      {
        Invoice: record({ by: { oneOf: [to('Account'), to('Supplier')] } }),
        Supplier: SUPPLIER,
        Account: account({ type: 'string' }),
      },
    ],
    [
      'a record of its own beside nullable references',
      { Invoice: record({ by: { ...to('Account'), nullable: true } }), Account: account({ enum: ['open', 'paid'] }) },
      { Invoice: record({ by: { ...to('Account'), nullable: true } }), Account: account({ enum: ['open'] }) },
    ],
    [
      'a change behind a definition that is another one or null',
      { Invoice: record({ by: to('Payee') }), Payee: { allOf: [to('Account')], nullable: true }, Account: account({}) },
      { Invoice: record({ by: to('Payee') }), Payee: { allOf: [to('Account')], nullable: true }, Account: record({}) },
    ],
  ]

  it.each(cases)('%s: the same answer as read apart', (_, before, after) => {
    const [old, next] = [specification(before), specification(after)]
    const pair = openapi.readPair?.(old, next)
    if (pair === undefined) throw new Error('the source reads pairs')
    const together = structureComparison(pair.old, pair.new, pair.unchanged)
    const [one, other] = [openapi.read(old), openapi.read(next)]
    const apart = structureComparison(one, other)
    expect(together.differences).toEqual(apart.differences)
    expect(together.differences.length).toBeGreaterThan(0)
    expect(together.proofs()).toEqual(apart.proofs())
    expect(pair.old).toEqual(one)
    expect(pair.new).toEqual(other)
    const places = [
      ['supplier', 'parent', 'name'],
      ['lines', '*', 'account', 'code'],
      ['corrects', 'lines'],
      ['by'],
      ['by', 'code'],
    ]
    for (const tokens of places)
      for (const direction of ['send', 'read'] as const)
        expect(together.at('POST /invoices', direction, tokens)).toEqual(apart.at('POST /invoices', direction, tokens))
  })

  it('reads records that take each other over a thousand times', () => {
    const last = 3000
    const name = (index: number) => (index === 0 ? 'Invoice' : `Base${index}`)
    const bases = Array.from({ length: last }, (_, index) => [name(index), { allOf: [to(name(index + 1))] }])
    const [old, next] = [5, 3].map((maxLength) =>
      specification({ ...Object.fromEntries(bases), [name(last)]: record({ code: { type: 'string', maxLength } }) }),
    )
    if (old === undefined || next === undefined) throw new Error('two documents')
    expect(openapi.readPair?.(old, next).old).toEqual(openapi.read(old))
  })

  it('leaves unread what nobody asks for', () => {
    const [before, after] = [{ type: 'string' }, { type: 'integer' }].map((code) =>
      specification({ Invoice: INVOICE, Supplier: SUPPLIER, Account: account(code) }),
    )
    if (before === undefined || after === undefined) throw new Error('two documents')
    const pair = openapi.readPair?.(before, after)
    const unread = ['Account', 'Account (sent)', 'Invoice', 'Invoice (sent)', 'Supplier', 'Supplier (sent)'].filter(
      (name) => pair?.unchanged?.nodeOf(name) !== undefined,
    )
    expect(unread).toEqual(['Invoice', 'Invoice (sent)', 'Supplier', 'Supplier (sent)'])
    expect(Object.getOwnPropertyDescriptor(pair?.new.definitions, 'Supplier')?.get).toBeTypeOf('function')
  })

  it('names what changed and no operation reaches', () => {
    const reached = { Invoice: INVOICE, Supplier: SUPPLIER, Account: account({ type: 'string' }) }
    const same = account({ maxLength: 9 })
    const pair = openapi.readPair?.(
      specification({ ...reached, Payment: account({ maxLength: 9 }), Gone: true, Idle: same }),
      specification({ ...reached, Payment: account({ maxLength: 5 }), Remittance: true, Idle: same }),
    )
    expect(pair?.notReached).toEqual(['Gone', 'Payment', 'Remittance'])
  })

  it('does not take another home of definitions for a change of one', () => {
    const schemas = { Payment: record({ by: to('Supplier') }), Supplier: SUPPLIER }
    const turned = JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/')
    const swagger = { swagger: '2.0', info: { title: 'Invoices', version: '1' }, paths: {} }
    const old = { name: 'old.json', text: JSON.stringify({ ...swagger, definitions: JSON.parse(turned) }) }
    const next = { name: 'new.json', text: JSON.stringify({ openapi: '3.0.3', paths: {}, components: { schemas } }) }
    const used = { post: { responses: { 200: { description: 'stored' } } } }
    const withPath = (text: string) => text.replace('"paths":{}', `"paths":{"/ping":${JSON.stringify(used)}}`)
    const pair = openapi.readPair?.({ ...old, text: withPath(old.text) }, { ...next, text: withPath(next.text) })
    expect(pair?.notReached).toEqual([])
  })

  it('says what of a specification is not compared', () => {
    const text = JSON.stringify({
      ...JSON.parse(specification({ Invoice: INVOICE, Supplier: SUPPLIER, Account: {} }).text),
      webhooks: {},
    })
    expect(openapi.read({ name: 'invoices.json', text }).source.ignored).toEqual([
      'answers other than 2xx',
      'headers of answers',
      'security',
      'webhooks',
    ])
  })

  it('refuses a malformed record as ever, although both releases have it', () => {
    const broken = specification({ Invoice: record({ lines: { type: 'array', items: 7 } }) })
    expect(() => openapi.readPair?.(broken, broken)).toThrow(/expected a schema/)
  })
})

describe('any two releases', () => {
  const NAMES = ['Invoice', 'Supplier', 'Account', 'Line'] as const
  const reference = fc.constantFrom(...NAMES).map(to)
  const field = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constantFrom('string', 'integer'), maxLength: fc.constantFrom(5, 9) }),
    },
    { weight: 3, arbitrary: reference },
    { weight: 2, arbitrary: reference.map((items) => ({ type: 'array', items })) },
    reference.map((inner) => ({ type: 'object', properties: { inner } })),
    fc.tuple(reference, reference).map((anyOf) => ({ anyOf })),
    fc.tuple(reference, fc.boolean()).map(([target, readOnly]) => ({ ...target, readOnly })),
    reference.map((target) => ({ nullable: true, allOf: [target] })),
    fc.constant({ enum: ['open', 'paid'], readOnly: true }),
  )
  const definition = fc
    .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c'), field), fc.subarray(['a', 'b']), fc.boolean())
    .map(([properties, required, closed]) => ({
      ...record(properties),
      required,
      ...(closed ? { additionalProperties: false } : {}),
    }))
  const schemas = fc.record({ Invoice: definition, Supplier: definition, Account: definition, Line: definition })
  const releases = schemas.chain((before) =>
    fc
      .tuple(fc.subarray([...NAMES], { minLength: 1, maxLength: 2 }), schemas)
      .map(
        ([changed, other]) =>
          [before, { ...before, ...Object.fromEntries(changed.map((name) => [name, other[name]])) }] as const,
      ),
  )

  it('read together show what they show read apart', () => {
    fc.assert(
      fc.property(releases, ([before, after]) => {
        const [old, next] = [specification(before), specification(after)]
        const pair = openapi.readPair?.(old, next)
        if (pair === undefined) throw new Error('the source reads pairs')
        const together = structureComparison(pair.old, pair.new, pair.unchanged)
        const apart = structureComparison(openapi.read(old), openapi.read(next))
        expect(together.differences).toEqual(apart.differences)
        expect(together.proofs()).toEqual(apart.proofs())
        expect(pair.old).toEqual(openapi.read(old))
        expect(pair.new).toEqual(openapi.read(next))
      }),
      { numRuns: 150, seed: 20261126 },
    )
  })
})

describe('any two releases whose records take over others, and choose', () => {
  const NAMES = ['Invoice', 'Supplier', 'Account', 'Line', 'Status'] as const
  const reference = fc.constantFrom(...NAMES).map(to)
  const key = fc.constantFrom(5, 9).map((maxLength) => ({ type: 'string', maxLength }))
  const told = fc.constantFrom(
    {},
    { description: 'as agreed' },
    { default: null },
    { readOnly: true },
    { 'x-tag': 'due' },
  )
  const field = fc.oneof(
    key,
    reference,
    fc.record({ type: fc.constant('array'), items: reference }),
    fc.tuple(reference, told).map(([target, more]) => ({ ...target, ...more })),
    fc.tuple(reference, told).map(([target, more]) => ({ allOf: [target], ...more })),
    fc.tuple(reference, told).map(([target, more]) => ({ nullable: true, allOf: [target], ...more })),
    fc.tuple(reference, told).map(([target, more]) => ({ nullable: true, oneOf: [target], ...more })),
    fc.tuple(key, reference, told).map(([one, target, more]) => ({ anyOf: [one, target], nullable: true, ...more })),
    fc.tuple(reference, reference, told).map(([one, other, more]) => ({ anyOf: [one, other], ...more })),
    fc.tuple(reference, fc.boolean()).map(([target, first]) => ({
      anyOf: first ? [{ type: 'null' }, target] : [target, { type: 'null' }],
    })),
    fc.tuple(reference, reference).map((oneOf) => ({ oneOf, discriminator: { propertyName: 'a' } })),
    fc.tuple(reference, key).map((oneOf) => ({ oneOf })),
    fc.tuple(reference, reference).map((anyOf) => ({ type: 'array', items: { anyOf } })),
    fc.tuple(reference, key).map(([target, b]) => ({ allOf: [target, record({ b })] })),
  )
  const plain = fc
    .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c'), field), fc.boolean())
    .map(([properties, closed]) => ({ ...record(properties), ...(closed ? { additionalProperties: false } : {}) }))
  const definition = fc.oneof(
    { weight: 3, arbitrary: plain },
    { weight: 2, arbitrary: fc.tuple(reference, plain).map((allOf) => ({ allOf })) },
    fc.tuple(reference, plain).map(([base, own]) => ({ ...own, allOf: [base] })),
    fc.tuple(reference, reference).map((anyOf) => ({ anyOf })),
    reference.map((target) => ({ nullable: true, allOf: [target] })),
    fc.constantFrom(['open', 'paid'], ['open']).map((values) => ({ type: 'string', enum: values })),
  )
  const schemas = fc.record({
    Invoice: plain,
    Supplier: definition,
    Account: definition,
    Line: definition,
    Status: definition,
  })
  const releases = schemas.chain((before) =>
    fc
      .tuple(fc.subarray([...NAMES], { minLength: 1, maxLength: 2 }), schemas)
      .map(
        ([changed, other]) =>
          [before, { ...before, ...Object.fromEntries(changed.map((name) => [name, other[name]])) }] as const,
      ),
  )

  it('read together show what they show read apart', () => {
    fc.assert(
      fc.property(releases, ([before, after]) => {
        const [old, next] = [specification(before), specification(after)]
        const pair = openapi.readPair?.(old, next)
        if (pair === undefined) throw new Error('the source reads pairs')
        const together = structureComparison(pair.old, pair.new, pair.unchanged)
        const apart = structureComparison(openapi.read(old), openapi.read(next))
        // Where records lead around in circles a proof finds more or less, depending on which it was asked for before.
        const [one, other] = [together.differences, apart.differences].map((list) =>
          list.map(({ effect: _effect, why: _why, ...rest }) => rest),
        )
        expect(one).toEqual(other)
        together.differences.forEach(({ effect }, index) => {
          const counterpart = apart.differences[index]?.effect
          if (effect !== 'unknown' && counterpart !== 'unknown') expect(effect).toBe(counterpart)
        })
        expect(pair.old).toEqual(openapi.read(old))
        expect(pair.new).toEqual(openapi.read(next))
      }),
      { numRuns: 60, seed: 20261126 },
    )
  })
})
