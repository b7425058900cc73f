import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErpSchema, JsonSchema } from '../../model/schema.ts'
import { structureComparison } from './compare.ts'

/*
 * Whatever the engine calls "not narrowed" or "not widened" is judged by ajv on generated documents. Names, numbers and
 * texts come from small sets, so that documents are accepted often and constraints meet each other.
 */

const RUNS = Number(process.env.CHANGE_GATE_PROPERTY_RUNS ?? 600)

const NAMES = ['a', 'b', 'c']
const TEXTS = ['', 'a', 'b', 'ab', 'abc', 'V1', 'W1']
const NUMBERS = [-2, -1, 0, 0.5, 1, 1.5, 2, 3, 4, 6]
const PATTERNS = ['^a', 'b$', '^V', '[0-9]', '^(a|b)$']

const name = fc.constantFrom(...NAMES)
const count = fc.integer({ min: 0, max: 3 })

const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
    { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 4, arbitrary: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }) },
  ),
})).value

const scalarValue = fc.oneof(fc.constant(null), fc.boolean(), fc.constantFrom(...NUMBERS), fc.constantFrom(...TEXTS))

const keywordsOf = (schema: fc.Arbitrary<JsonSchema>): fc.Arbitrary<Record<string, unknown>> => {
  const type = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object')
  const some = fc.uniqueArray(name, { maxLength: 2 })
  return fc.oneof(
    { weight: 4, arbitrary: type.map((entry) => ({ type: entry })) },
    {
      weight: 2,
      arbitrary: fc.uniqueArray(type, { minLength: 1, maxLength: 3 }).map((entry) => ({ type: entry })),
    },
    {
      weight: 2,
      arbitrary: fc.uniqueArray(scalarValue, { minLength: 1, maxLength: 4 }).map((entry) => ({ enum: entry })),
    },
    { weight: 1, arbitrary: value.map((entry) => ({ const: entry })) },
    {
      weight: 8,
      arbitrary: fc.record(
        {
          type: fc.constant('object'),
          properties: fc.dictionary(name, schema, { maxKeys: 3, noNullPrototype: true }),
          required: some,
          additionalProperties: fc.oneof(
            { weight: 3, arbitrary: fc.constant(false) },
            { weight: 1, arbitrary: schema },
          ),
        },
        { requiredKeys: ['type', 'properties'] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .dictionary(fc.constantFrom('^a', 'b'), schema, { minKeys: 1, maxKeys: 2 })
        .map((entry) => ({ patternProperties: entry })),
    },
    { weight: 1, arbitrary: schema.map((entry) => ({ propertyNames: entry })) },
    { weight: 1, arbitrary: fc.dictionary(name, some, { maxKeys: 2 }).map((entry) => ({ dependentRequired: entry })) },
    { weight: 1, arbitrary: fc.dictionary(name, schema, { maxKeys: 1 }).map((entry) => ({ dependentSchemas: entry })) },
    { weight: 1, arbitrary: fc.record({ minProperties: count, maxProperties: count }, { requiredKeys: [] }) },
    {
      weight: 1,
      arbitrary: fc.record({ minItems: count, maxItems: count, uniqueItems: fc.boolean() }, { requiredKeys: [] }),
    },
    {
      weight: 2,
      arbitrary: fc.record(
        { prefixItems: fc.array(schema, { minLength: 1, maxLength: 2 }), items: schema },
        { requiredKeys: [] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        { contains: schema, minContains: count, maxContains: count },
        { requiredKeys: ['contains'] },
      ),
    },
    { weight: 1, arbitrary: fc.record({ minLength: count, maxLength: count }, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.constantFrom(...PATTERNS).map((pattern) => ({ pattern })) },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          minimum: fc.constantFrom(...NUMBERS),
          maximum: fc.constantFrom(...NUMBERS),
          exclusiveMinimum: fc.constantFrom(...NUMBERS),
          exclusiveMaximum: fc.constantFrom(...NUMBERS),
          multipleOf: fc.constantFrom(0.5, 1, 2, 3),
        },
        { requiredKeys: [] },
      ),
    },
    { weight: 2, arbitrary: fc.array(schema, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })) },
    { weight: 3, arbitrary: fc.array(schema, { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })) },
    { weight: 1, arbitrary: fc.array(schema, { minLength: 1, maxLength: 2 }).map((allOf) => ({ allOf })) },
    { weight: 1, arbitrary: schema.map((not) => ({ not })) },
    {
      weight: 2,
      arbitrary: fc.tuple(schema, schema, schema).map(([condition, yes, no]) =>
        Object.fromEntries([
          ['if', condition],
          ['then', yes],
          ['else', no],
        ]),
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom('Node', 'Leaf').map((entry) => ({ $ref: `#/definitions/${entry}` })) },
    {
      weight: 1,
      arbitrary: fc.record({
        unevaluatedProperties: fc.constant(false),
        properties: fc.dictionary(name, schema, { maxKeys: 2 }),
      }),
    },
  )
}

const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2 },
    { weight: 1, arbitrary: fc.boolean() },
    {
      weight: 9,
      arbitrary: fc
        .array(keywordsOf(tie('schema')), { minLength: 1, maxLength: 2 })
        .map((parts): JsonSchema => Object.assign({}, ...parts)),
    },
  ),
}))

/** A copy in which one place, chosen by the numbers, is replaced. */
function mutated(original: JsonSchema, replacement: JsonSchema, choices: readonly number[]): JsonSchema {
  const [choice = 0, ...rest] = choices
  if (typeof original === 'boolean' || choices.length === 0) return replacement
  const places: ((inner: JsonSchema) => JsonSchema)[] = []
  const subjects: JsonSchema[] = []
  for (const [keyword, inner] of Object.entries(original)) {
    if (['properties', 'patternProperties', 'dependentSchemas'].includes(keyword)) {
      for (const [key, nested] of Object.entries(inner as Record<string, JsonSchema>)) {
        subjects.push(nested)
        places.push((next) => ({ ...original, [keyword]: { ...(inner as object), [key]: next } }))
      }
    } else if (['anyOf', 'oneOf', 'allOf', 'prefixItems'].includes(keyword)) {
      const list = inner as JsonSchema[]
      for (const index of list.keys()) {
        subjects.push(list[index] ?? true)
        places.push((next) => ({ ...original, [keyword]: list.with(index, next) }))
      }
    } else if (
      ['items', 'additionalProperties', 'not', 'contains', 'if', 'then', 'else', 'propertyNames'].includes(keyword)
    ) {
      subjects.push(inner as JsonSchema)
      places.push((next) => ({ ...original, [keyword]: next }))
    }
  }
  const at = choice % (places.length + 2)
  if (at >= places.length) {
    if (typeof replacement === 'boolean') return replacement
    const keys = Object.keys(original)
    const dropped = keys[choice % Math.max(1, keys.length)]
    const kept = Object.fromEntries(Object.entries(original).filter(([key]) => key !== dropped))
    return at === places.length ? kept : { ...original, ...replacement }
  }
  return places[at]?.(mutated(subjects[at] ?? true, replacement, rest)) ?? replacement
}

const pair = fc
  .tuple(
    schema,
    schema,
    fc.array(fc.nat({ max: 12 }), { maxLength: 3 }),
    fc.integer({ min: 0, max: 9 }),
    schema,
    schema,
  )
  .map(([old, other, choices, kind, node, leaf]) => ({
    old,
    next: kind === 0 ? other : mutated(old, other, choices),
    before: { Node: { type: 'object', properties: { a: { $ref: '#/definitions/Node' }, b: node } }, Leaf: leaf },
    after: {
      Node: { type: 'object', properties: { a: { $ref: '#/definitions/Node' }, b: kind === 1 ? other : node } },
      Leaf: kind === 2 ? mutated(leaf, other, choices) : leaf,
    },
  }))

type Definitions = Readonly<Record<string, JsonSchema>>

function erpSchema(root: JsonSchema, definitions: Definitions): ErpSchema {
  return {
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'json-schema', inferred: false },
    resources: { Bill: { send: root, read: root } },
    definitions,
  }
}

/** The same schema with `contains` in an object of its own: beside `prefixItems` ajv lets it pass for an empty array. */
function apart<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(apart) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, inner]) => [key, ['enum', 'const'].includes(key) ? inner : apart(inner)]),
  )
  const { contains, minContains, maxContains, ...rest } = copy
  if (contains === undefined || rest.prefixItems === undefined) return copy as T
  const own = Object.fromEntries(
    Object.entries({ contains, minContains, maxContains }).filter(([, value]) => value !== undefined),
  )
  return { ...rest, allOf: [...(Array.isArray(rest.allOf) ? rest.allOf : []), own] } as T
}

/** Judges documents; undefined where a reference leads to itself without a step into the document: it has no meaning, and ajv no end. */
function judge(root: JsonSchema, definitions: Definitions): ((document: unknown) => boolean | undefined) | undefined {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, logger: false })
  try {
    const compiled = ajv.compile({ allOf: [apart(root)], definitions: apart(definitions) })
    return (document) => {
      try {
        return compiled(document) === true
      } catch {
        return undefined
      }
    }
  } catch {
    return undefined
  }
}

/** Documents that the schema is likely to accept, made from its own constants and small values around its keywords. */
function documentsOf(root: JsonSchema, extra: readonly unknown[]): readonly unknown[] {
  const found: unknown[] = [null, true, {}, [], 0, 1, 2, 0.5, '', 'a', 'ab', 'V1', ...extra]
  const visit = (inner: unknown): void => {
    if (Array.isArray(inner)) for (const item of inner) visit(item)
    if (typeof inner !== 'object' || inner === null) return
    for (const [keyword, entry] of Object.entries(inner)) {
      if (keyword === 'enum' && Array.isArray(entry)) found.push(...entry)
      else if (keyword === 'const') found.push(entry)
      else visit(entry)
    }
  }
  visit(root)
  const inner = found.slice(0, 40)
  const scalars = inner.slice(0, 12)
  for (const a of inner) found.push({ a }, { b: a }, [a], { a, b: 'a' }, { a: { a } })
  for (const a of scalars) for (const b of scalars) found.push({ a, b }, [a, b], { b: a, c: b })
  return found
}

describe('soundness, judged by ajv', () => {
  it('never calls a change harmless that is not', () => {
    const tally = { compared: 0, changed: 0, proven: 0, shown: 0, open: 0 }
    fc.assert(
      fc.property(pair, fc.array(value, { minLength: 20, maxLength: 40 }), ({ old, next, before, after }, values) => {
        const acceptsOld = judge(old, before)
        const acceptsNew = judge(next, after)
        if (acceptsOld === undefined || acceptsNew === undefined) return
        const comparison = structureComparison(erpSchema(old, before), erpSchema(next, after))
        const [proof] = comparison.proofs()
        const isNarrowed = proof !== undefined && proof.narrowed !== 'no'
        const isWidened = proof !== undefined && proof.widened !== 'no'
        const documents = documentsOf([old, next, before, after] as unknown as JsonSchema, values)
        const verdicts = documents.map((document) => [acceptsOld(document), acceptsNew(document), document] as const)
        if (verdicts.some(([one, other]) => one === undefined || other === undefined)) return
        const [, , lost] = verdicts.find(([one, other]) => one && !other) ?? []
        const [, , gained] = verdicts.find(([one, other]) => other && !one) ?? []
        tally.compared += 1
        if (proof !== undefined) {
          tally.changed += 1
          if (!isNarrowed) tally.proven += 1
          else if (lost !== undefined) tally.shown += 1
          else tally.open += 1
        }
        if (!isNarrowed) expect(lost, `lost although not narrowed: ${JSON.stringify(lost)}`).toBeUndefined()
        if (!isWidened) expect(gained, `gained although not widened: ${JSON.stringify(gained)}`).toBeUndefined()
        if (lost !== undefined) {
          const effects = comparison.differences
            .filter(({ direction }) => direction === 'send')
            .map(({ effect }) => effect)
          expect(
            effects.some((effect) => effect !== 'compatible'),
            'a lost document without a finding',
          ).toBe(true)
        }
      }),
      {
        numRuns: RUNS,
        ...(process.env.CHANGE_GATE_PROPERTY_SEED
          ? { seed: Number(process.env.CHANGE_GATE_PROPERTY_SEED) }
          : { seed: 20261124 }),
      },
    )
    expect(tally.changed).toBeGreaterThan(RUNS / 4)
    if (process.env.CHANGE_GATE_PROPERTY_RUNS) console.info(tally)
  }, 600_000)
})
