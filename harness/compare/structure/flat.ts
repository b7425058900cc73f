import type { JsonSchema, JsonSchemaObject } from '../../model/schema.ts'
import { dataText, isObject, isSchema, type JsonType, referenceOf, type Side, type Space } from './space.ts'

/** Members of objects, as one schema object declares them. */
export type Members = Readonly<{
  properties: ReadonlyMap<string, JsonSchema>
  patterns: ReadonlyMap<string, JsonSchema>
  additional: JsonSchema
}>

/** Items of arrays, as one schema object declares them. */
export type Items = Readonly<{ prefix: readonly JsonSchema[]; rest: JsonSchema }>

export type Bound = Readonly<{ value: number; exclusive: boolean }>

export type Contains = Readonly<{ schema: JsonSchema; min: number; max: number }>

export type Conditional = Readonly<{ condition: JsonSchema; whenTrue: JsonSchema; whenFalse: JsonSchema }>

/** A choice between branches: at least one of them holds (`any`), or exactly one (`one`). */
export type Choice = Readonly<{ kind: 'any' | 'one'; branches: readonly JsonSchema[] }>

/**
 * What a list of schemas demands together: references followed, `allOf` merged, everything else collected.
 * A document satisfies the schemas when it satisfies every entry here.
 */
export type Flat = Readonly<{
  side: Side
  /** Equal keys mean equal demands within one comparison. */
  key: string
  /** The schemas it was asked for; undefined when it is one branch of another flat. */
  roots: readonly JsonSchema[] | undefined
  /** The schemas it was made of, those behind references and `allOf` included. */
  sources: readonly JsonSchema[]
  never: boolean
  types: ReadonlySet<JsonType>
  values: readonly unknown[] | undefined
  minimum: Bound | undefined
  maximum: Bound | undefined
  multiples: readonly number[]
  /** Lower and upper limits: minLength, maxLength, minItems, maxItems, minProperties, maxProperties. */
  limits: Readonly<Record<LimitName, number>>
  patterns: ReadonlySet<string>
  formats: ReadonlySet<string>
  unique: boolean
  required: ReadonlySet<string>
  members: readonly Members[]
  /** Whether it says that members which nobody declares may pass, and does not just say nothing of them. */
  saysOpen: boolean
  items: readonly Items[]
  contains: readonly Contains[]
  names: readonly JsonSchema[]
  dependentRequired: ReadonlyMap<string, ReadonlySet<string>>
  dependentSchemas: readonly (readonly [string, JsonSchema])[]
  choices: readonly Choice[]
  nots: readonly JsonSchema[]
  conditionals: readonly Conditional[]
  /** Schemas with a demand that no rule here understands: they can only be compared as a whole. */
  opaque: readonly JsonSchemaObject[]
  annotations: ReadonlyMap<string, unknown>
}>

export type LimitName = 'minLength' | 'maxLength' | 'minItems' | 'maxItems' | 'minProperties' | 'maxProperties'

/** The keyword limits, each with the type it applies to. */
export const LIMITS: readonly (readonly [LimitName, JsonType])[] = [
  ['minLength', 'string'],
  ['maxLength', 'string'],
  ['minItems', 'array'],
  ['maxItems', 'array'],
  ['minProperties', 'object'],
  ['maxProperties', 'object'],
]

const ALL_TYPES: readonly JsonType[] = ['null', 'boolean', 'object', 'array', 'number', 'string']

/** Keywords that carry no demand but matter to a connector. */
const ANNOTATIONS = new Set(['default', 'deprecated', 'readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType'])

/** Resolves and merges schemas; results are kept, since the same definition is asked for again and again. */
export type Flattener = Readonly<{
  /** The key that the flat of some schemas has. */
  keyOf: (side: Side, schemas: readonly JsonSchema[]) => string
  flat: (side: Side, schemas: readonly JsonSchema[]) => Flat
  /** The demands of a flat one of whose choices, or conditionals, is replaced by one branch of it. */
  branch: (flat: Flat, without: Choice | Conditional, branch: readonly JsonSchema[]) => Flat
  /** The same without any choice or conditional. */
  base: (flat: Flat) => Flat
}>

/** Makes a flattener for one comparison. */
export function flattenerOf(space: Space): Flattener {
  const known = new Map<string, Flat>()

  const remember = (key: string, make: () => Flat): Flat => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make()
    known.set(key, made)
    return made
  }

  const distinctOf = (schemas: readonly JsonSchema[]) =>
    schemas.length < 2 ? schemas : [...new Map(schemas.map((schema) => [space.idOf(schema), schema])).values()]

  const keyOfDistinct = (side: Side, distinct: readonly JsonSchema[]) =>
    `${side}:${distinct.map(space.idOf).sort().join('&')}`

  const flat = (side: Side, schemas: readonly JsonSchema[]): Flat => {
    const distinct = distinctOf(schemas)
    const key = keyOfDistinct(side, distinct)
    return remember(key, () => closed(space, merge(space, side, key, distinct, undefined)))
  }

  const branch = (from: Flat, without: Choice | Conditional, schemas: readonly JsonSchema[]): Flat => {
    const isThat = (entry: Choice | Conditional) => entry === without
    const choice = from.choices.findIndex((entry) => isThat(entry))
    const conditional = from.conditionals.findIndex((entry) => isThat(entry))
    const ids = schemas.map(space.idOf).join('&')
    const key = `${from.key}/${choice >= 0 ? `c${choice}` : `i${conditional}`}=${ids}`
    return remember(key, () => {
      const rest: Flat = {
        ...from,
        members: openAgain(from.members),
        choices: from.choices.filter((entry) => !isThat(entry)),
        conditionals: from.conditionals.filter((entry) => !isThat(entry)),
      }
      return closed(space, merge(space, from.side, key, schemas, rest))
    })
  }

  const base = (from: Flat): Flat =>
    from.choices.length === 0 && from.conditionals.length === 0
      ? from
      : remember(`${from.key}/base`, () => ({
          ...from,
          key: `${from.key}/base`,
          roots: undefined,
          sources: [],
          choices: [],
          conditionals: [],
        }))

  return { keyOf: (side, schemas) => keyOfDistinct(side, distinctOf(schemas)), flat, branch, base }
}

const DEFAULT_CLOSED = Symbol('closed by default')

type Closable = Members & { readonly [DEFAULT_CLOSED]?: true }

/**
 * Where undeclared members are refused, an object that declares some and says nothing about others is closed; but only
 * once `allOf` is merged and all choices are made, because each of them may declare more.
 */
function closed(space: Space, flat: Flat): Flat {
  if (
    space.undeclared(flat.side) === 'allowed' ||
    flat.saysOpen ||
    flat.choices.length > 0 ||
    flat.conditionals.length > 0
  )
    return flat
  if (flat.dependentSchemas.length > 0) return flat
  const declares = flat.members.some((entry) => entry.properties.size > 0)
  const says = flat.members.some((entry) => entry.additional !== true || entry.patterns.size > 0)
  if (!declares || says) return flat
  const properties = new Map<string, JsonSchema>()
  for (const entry of flat.members) for (const name of entry.properties.keys()) properties.set(name, true)
  const closing: Closable = { properties, patterns: new Map(), additional: false, [DEFAULT_CLOSED]: true }
  return { ...flat, members: [...flat.members, closing] }
}

/** Whether these members close an object that says nothing of undeclared ones. */
export function isClosedByDefault(members: Closable): boolean {
  return members[DEFAULT_CLOSED] === true
}

function openAgain(members: readonly Closable[]): readonly Members[] {
  return members.filter((entry) => !isClosedByDefault(entry))
}

/** A flat in the making. What it has is shared with others until something is added to it. */
type Draft = { -readonly [Key in Exclude<keyof Flat, 'side' | 'key' | 'roots' | 'sources'>]: Flat[Key] }

const NOTHING: Draft = {
  never: false,
  types: new Set(ALL_TYPES),
  values: undefined,
  minimum: undefined,
  maximum: undefined,
  multiples: [],
  limits: {
    minLength: 0,
    maxLength: Number.POSITIVE_INFINITY,
    minItems: 0,
    maxItems: Number.POSITIVE_INFINITY,
    minProperties: 0,
    maxProperties: Number.POSITIVE_INFINITY,
  },
  patterns: new Set(),
  formats: new Set(),
  unique: false,
  required: new Set(),
  members: [],
  saysOpen: false,
  items: [],
  contains: [],
  names: [],
  dependentRequired: new Map(),
  dependentSchemas: [],
  choices: [],
  nots: [],
  conditionals: [],
  opaque: [],
  annotations: new Map(),
}

function merge(space: Space, side: Side, key: string, schemas: readonly JsonSchema[], from: Flat | undefined): Flat {
  const draft: Draft = { ...(from ?? NOTHING) }
  const sources = [...(from?.sources ?? [])]
  // Not by identity: a schema that is nothing but another one around a reference has the identity of that.
  const seen = new Set<JsonSchema>(sources)
  const queue = [...schemas].reverse()
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    if (seen.has(schema)) continue
    seen.add(schema)
    sources.push(schema)
    if (schema === true) continue
    if (schema === false) {
      draft.never = true
      continue
    }
    for (const inner of schemasOf(schema.allOf).reverse()) queue.push(inner)
    for (const inner of [...onlyBranch(schema.oneOf), ...onlyBranch(schema.anyOf)]) queue.push(inner)
    if (schema.$ref !== undefined) {
      const name = referenceOf(schema)
      const target = name === undefined ? undefined : space.definition(side, name)
      if (target === undefined) draft.opaque = [...draft.opaque, schema]
      else queue.push(target)
    }
    take(draft, schema)
  }
  if (draft.types.size === 0) draft.never = true
  if (draft.values !== undefined && draft.values.length === 0) draft.never = true
  return { ...draft, side, key, roots: from === undefined ? schemas : undefined, sources }
}

/** Adds the demands of one schema object, its references and `allOf` aside. */
function take(draft: Draft, schema: JsonSchemaObject): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword.startsWith('x-') || ANNOTATIONS.has(keyword)) {
      if (!draft.annotations.has(keyword)) draft.annotations = new Map(draft.annotations).set(keyword, value)
      continue
    }
    switch (keyword) {
      case 'type':
        restrictTypes(draft, Array.isArray(value) ? value : [value])
        break
      case 'enum':
        if (Array.isArray(value)) restrictValues(draft, value)
        break
      case 'const':
        restrictValues(draft, [value])
        break
      case 'minimum':
      case 'exclusiveMinimum':
        if (typeof value === 'number')
          draft.minimum = higher(draft.minimum, { value, exclusive: keyword !== 'minimum' })
        break
      case 'maximum':
      case 'exclusiveMaximum':
        if (typeof value === 'number') draft.maximum = lower(draft.maximum, { value, exclusive: keyword !== 'maximum' })
        break
      case 'multipleOf':
        if (typeof value === 'number' && !draft.multiples.includes(value)) draft.multiples = [...draft.multiples, value]
        break
      case 'minLength':
      case 'minItems':
      case 'minProperties':
        if (typeof value === 'number')
          draft.limits = { ...draft.limits, [keyword]: Math.max(draft.limits[keyword], value) }
        break
      case 'maxLength':
      case 'maxItems':
      case 'maxProperties':
        if (typeof value === 'number')
          draft.limits = { ...draft.limits, [keyword]: Math.min(draft.limits[keyword], value) }
        break
      case 'pattern':
        if (typeof value === 'string') draft.patterns = new Set(draft.patterns).add(value)
        break
      case 'format':
        if (typeof value === 'string') draft.formats = new Set(draft.formats).add(value)
        break
      case 'uniqueItems':
        if (value === true) draft.unique = true
        break
      case 'required':
        if (Array.isArray(value))
          draft.required = new Set([...draft.required, ...value.filter((name) => typeof name === 'string')])
        break
      case 'contains':
        if (isSchema(value)) {
          const min = typeof schema.minContains === 'number' ? schema.minContains : 1
          const max = typeof schema.maxContains === 'number' ? schema.maxContains : Number.POSITIVE_INFINITY
          draft.contains = [...draft.contains, { schema: value, min, max }]
        }
        break
      case 'propertyNames':
        if (isSchema(value)) draft.names = [...draft.names, value]
        break
      case 'dependentRequired':
        for (const [name, needs] of isObject(value) ? Object.entries(value) : []) {
          const all = new Set(draft.dependentRequired.get(name))
          for (const need of Array.isArray(needs) ? needs : []) if (typeof need === 'string') all.add(need)
          draft.dependentRequired = new Map(draft.dependentRequired).set(name, all)
        }
        break
      case 'dependentSchemas':
        for (const [name, inner] of isObject(value) ? Object.entries(value) : []) {
          if (isSchema(inner)) draft.dependentSchemas = [...draft.dependentSchemas, [name, inner]]
        }
        break
      case 'anyOf':
        if (onlyBranch(value).length === 0)
          draft.choices = [...draft.choices, { kind: 'any', branches: schemasOf(value) }]
        break
      case 'oneOf':
        if (onlyBranch(value).length === 0)
          draft.choices = [...draft.choices, { kind: 'one', branches: schemasOf(value) }]
        break
      case 'not':
        if (isSchema(value)) draft.nots = [...draft.nots, value]
        break
      case 'if':
        if (isSchema(value)) {
          const whenTrue = isSchema(schema.then) ? schema.then : true
          const whenFalse = isSchema(schema.else) ? schema.else : true
          draft.conditionals = [...draft.conditionals, { condition: value, whenTrue, whenFalse }]
        }
        break
      case 'unevaluatedProperties':
      case 'unevaluatedItems':
      case '$dynamicRef':
      case '$recursiveRef':
        if (value !== true) draft.opaque = [...draft.opaque, schema]
        break
      default:
        break
    }
  }
  if (saysOpen(schema.additionalProperties)) draft.saysOpen = true
  const members = membersOf(schema)
  if (members !== undefined) draft.members = [...draft.members, members]
  const prefix = schemasOf(schema.prefixItems)
  const rest = isSchema(schema.items) ? schema.items : true
  if (prefix.length > 0 || rest !== true) draft.items = [...draft.items, { prefix, rest }]
}

/** The members that each schema declares: both releases, and all that take a record over, have the same. */
const declared = new WeakMap<JsonSchemaObject, Members>()

function membersOf(schema: JsonSchemaObject): Members | undefined {
  const { properties, patternProperties, additionalProperties: additional } = schema
  if (properties === undefined && patternProperties === undefined && additional === undefined) return undefined
  const known = declared.get(schema)
  if (known !== undefined) return known
  const made: Members = {
    properties: schemaMap(properties),
    patterns: schemaMap(patternProperties),
    additional: isSchema(additional) && !saysOpen(additional) ? additional : true,
  }
  if (made.properties.size === 0 && made.patterns.size === 0 && made.additional === true) return undefined
  declared.set(schema, made)
  return made
}

function saysOpen(additional: unknown): boolean {
  if (!isObject(additional)) return additional === true
  for (const _ in additional) return false
  return true
}

/** A choice of one is no choice: what there is to choose is demanded. */
function onlyBranch(value: unknown): readonly JsonSchema[] {
  const branches = schemasOf(value)
  return branches.length === 1 ? branches : []
}

function restrictTypes(draft: Draft, names: readonly unknown[]): void {
  const allowed = new Set<JsonType>()
  for (const type of draft.types) {
    if (names.includes(type)) allowed.add(type)
    else if (type === 'number' && names.includes('integer')) allowed.add('integer')
    else if (type === 'integer' && names.includes('number')) allowed.add('integer')
  }
  draft.types = allowed
}

function restrictValues(draft: Draft, values: readonly unknown[]): void {
  const texts = new Set(values.map((value) => dataText(value, false)))
  const unique = new Map((draft.values ?? values).map((value) => [dataText(value, false), value]))
  draft.values = [...unique].filter(([text]) => texts.has(text)).map(([, value]) => value)
}

function higher(one: Bound | undefined, other: Bound): Bound {
  if (one === undefined || other.value > one.value) return other
  return other.value === one.value && other.exclusive ? other : one
}

function lower(one: Bound | undefined, other: Bound): Bound {
  if (one === undefined || other.value < one.value) return other
  return other.value === one.value && other.exclusive ? other : one
}

function schemasOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : []
}

function schemaMap(value: unknown): ReadonlyMap<string, JsonSchema> {
  const map = new Map<string, JsonSchema>()
  if (isObject(value)) for (const name of Object.keys(value)) if (isSchema(value[name])) map.set(name, value[name])
  return map
}

/**
 * What is demanded of the member with this name. Where a pattern cannot be tried on the name, `least` leaves out what may
 * not apply and `most` takes in what may: a proof asks for the least on the side it starts from and the most on the other.
 */
export function memberSchemas(
  members: readonly Members[],
  name: string,
  doubt: 'least' | 'most',
): readonly JsonSchema[] {
  const schemas: JsonSchema[] = []
  for (const entry of members) {
    const declared = entry.properties.get(name)
    if (declared !== undefined && declared !== true) schemas.push(declared)
    let isOther = declared === undefined
    for (const [pattern, schema] of entry.patterns.size > 0 ? entry.patterns : []) {
      const applies = matches(pattern, name)
      if (applies === true || (applies === undefined && doubt === 'most')) schemas.push(schema)
      if (applies === true || (applies === undefined && doubt === 'least')) isOther = false
    }
    if (isOther && entry.additional !== true) schemas.push(entry.additional)
  }
  return schemas
}

/** What a flat demands of the item at an index. */
export function itemSchemas(flat: Flat, index: number): readonly JsonSchema[] {
  return flat.items.flatMap((entry) => {
    const schema = entry.prefix[index] ?? entry.rest
    return schema === true ? [] : [schema]
  })
}

const compiled = new Map<string, RegExp | undefined>()

/** The longest text that a pattern is tried on; together with `isTame` it bounds the time that a hostile pattern can take. */
const LONGEST_TRIED = 100

/** Whether a text matches a pattern; undefined when the pattern cannot be read or could take forever. */
export function matches(pattern: string, text: string): boolean | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern))
  const expression = compiled.get(pattern)
  return expression === undefined || text.length > LONGEST_TRIED ? undefined : expression.test(text)
}

function compile(pattern: string): RegExp | undefined {
  if (!isTame(pattern)) return undefined
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return undefined
  }
}

/** Whether a pattern is free of what makes backtracking explode: a repeated group that repeats or chooses inside, and many open repeats. */
function isTame(pattern: string): boolean {
  const bare = pattern
    .replace(/\\./g, '_')
    .replace(/\[[^\]]*\]/g, '_')
    .replace(/\{\d+\}/g, '')
  const open = bare.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  const choices = bare.match(/[*+{|?]/g)?.length ?? 0
  return open <= 4 && !(/\)[*+{]/.test(bare) && choices > 1) && !/\\\d/.test(pattern)
}
