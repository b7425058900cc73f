import { reversed, type Ways } from '../../base/ways.ts'
import type { ErpSchema, JsonSchema, JsonSchemaObject, Unchanged } from '../../model/schema.ts'
import type { Direction } from '../../model/structure.ts'

/** Which of the two releases a schema belongs to. */
export type Side = 'old' | 'new'

/** The JSON types; `integer` is a number without a fraction. */
export type JsonType = 'null' | 'boolean' | 'object' | 'array' | 'number' | 'integer' | 'string'

const WITH_SCHEMA = new Set([
  'additionalProperties',
  'propertyNames',
  'items',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const WITH_SCHEMAS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const WITH_NAMED_SCHEMAS = new Set(['properties', 'patternProperties', 'dependentSchemas'])
const UNORDERED = new Set(['type', 'enum', 'required', 'x-read-only-names'])

/** Keywords that only tell people something: they are not compared. */
const PROSE = new Set([
  'title',
  'description',
  'examples',
  'example',
  '$comment',
  '$schema',
  '$id',
  '$anchor',
  'x-title',
  'x-enum-titles',
  '$defs',
  'definitions',
])

const REFERENCE = '#/definitions/'

/** The name a local reference leads to; undefined when it leads elsewhere. */
export function referenceOf(schema: JsonSchemaObject): string | undefined {
  const reference = schema.$ref
  if (typeof reference !== 'string' || !reference.startsWith(REFERENCE)) return undefined
  const name = reference.slice(REFERENCE.length)
  return name.includes('~') ? name.replaceAll('~1', '/').replaceAll('~0', '~') : name
}

/**
 * The definition that a schema stands for: it is a reference to it, or a choice of nothing else, or takes over nothing else.
 * Undefined when it demands or tells anything more than that.
 */
export function targetOf(schema: JsonSchema): string | undefined {
  let current: unknown = schema
  for (let rounds = 0; rounds < 10; rounds += 1) {
    if (!isObject(current)) return undefined
    let only: string | undefined
    for (const keyword in current) {
      if (PROSE.has(keyword)) continue
      if (only !== undefined) return undefined
      only = keyword
    }
    if (only === '$ref') return referenceOf(current)
    const branches = only === 'allOf' || only === 'anyOf' || only === 'oneOf' ? current[only] : undefined
    if (!Array.isArray(branches) || branches.length !== 1) return undefined
    current = branches[0]
  }
  return undefined
}

/** The definition of a field that is this or null, whatever else the field tells people. */
export function nullableTargetOf(schema: JsonSchema): string | undefined {
  if (!isObject(schema) || !Array.isArray(schema.anyOf) || schema.anyOf.length !== 2) return undefined
  for (const keyword in schema) if (keyword !== 'anyOf' && !isAnnotation(keyword)) return undefined
  const [target, ...others] = schema.anyOf.filter((branch) => !(isObject(branch) && branch.type === 'null'))
  return isSchema(target) && others.length === 0 ? targetOf(target) : undefined
}

/** Whether a keyword says nothing about which documents are accepted. */
export function isAnnotation(keyword: string): boolean {
  return PROSE.has(keyword) || keyword === 'default' || keyword === 'deprecated' || keyword.startsWith('x-')
}

/**
 * The two sets of definitions side by side. Schemas are the *same* when they are written alike, whatever the order of
 * keywords and values, and everything they refer to is unchanged: a comparison skips them.
 */
export type Space = Readonly<{
  undeclared: (side: Side) => 'allowed' | 'refused'
  /** The identity of a schema: a reference is known by its name, any other by where it stands, so that equal fields stay apart. */
  idOf: (schema: JsonSchema) => string
  definition: (side: Side, name: string) => JsonSchema | undefined
  /** Whether the two schemas cannot differ in meaning, the first taken from the old and the second from the new release. */
  isSame: (old: JsonSchema, next: JsonSchema) => boolean
  /** Whether two schemas are written alike, so that nothing but what they refer to can differ. */
  areAlike: (old: JsonSchema, next: JsonSchema) => boolean
  /** Whether a definition, or one that it refers to, is not the same in both releases. */
  isUnstable: (name: string) => boolean
  /** What both releases publish alike, where it can be followed without a look at it. */
  unchanged: Unchanged | undefined
  /** Whether a definition is known to lead to another one by what both releases publish alike. */
  leadsOn: (name: string) => boolean
  /**
   * For each node of what is unchanged, and each name outside, whether it leads to something that is another now: the bits of
   * `BIT` tell whether what is read does, and what is sent.
   */
  unstableNodes: Uint8Array
  /** The nodes that lead to each of those. */
  above: Ways
}>

/** Looks at the schemas of two releases and finds out which definitions are unchanged together with all they refer to. */
export function spaceOf(old: ErpSchema, next: ErpSchema, common?: Unchanged): Space {
  const undeclared = (side: Side) => (side === 'old' ? old : next).source.undeclared ?? 'allowed'
  const closedAlike = undeclared('old') === undeclared('new')
  // What is written alike does not mean the same where one release refuses undeclared members and the other does not.
  const unchanged = closedAlike ? common : undefined
  const others = unchanged?.others ?? {
    old: new Map(Object.entries(old.definitions)),
    new: new Map(Object.entries(next.definitions)),
  }
  const definition = (side: Side, name: string): JsonSchema | undefined =>
    others[side].get(name) ?? (unchanged?.nodeOf(name) === undefined ? undefined : unchanged.definition(name))

  const above = unchanged === undefined ? NO_WAYS : reversed(unchanged.ways)
  const unstable = unstableDefinitions(others, unchanged, above)
  const isUnstable = (name: string): boolean => {
    const node = unchanged?.nodeOf(name)
    if (unchanged === undefined || node === undefined) return unstable.names.has(name)
    return ((unstable.nodes[node] ?? 0) & BIT[unchanged.directionOf(name)]) !== 0
  }
  const touched = new Map<object, boolean>()
  const touches = (schema: JsonSchema): boolean => {
    if (typeof schema === 'boolean') return false
    const known = touched.get(schema)
    if (known !== undefined) return known
    const reference = referenceOf(schema)
    const result =
      isDynamic(schema) || (reference !== undefined && isUnstable(reference)) || nestedSchemas(schema).some(touches)
    touched.set(schema, result)
    return result
  }

  const ids = new Map<object, string>()
  let nextId = 0
  const idOf = (schema: JsonSchema): string => {
    if (typeof schema === 'boolean') return String(schema)
    const known = ids.get(schema)
    if (known !== undefined) return known
    const target = targetOf(schema)
    nextId += 1
    const id = target === undefined ? String(nextId) : `$${target}`
    ids.set(schema, id)
    return id
  }

  return {
    undeclared,
    idOf,
    definition,
    isUnstable,
    areAlike: (one, other) => closedAlike && areAlike(one, other),
    unchanged,
    leadsOn: (name) => {
      const node = unchanged?.nodeOf(name)
      const { starts } = unchanged?.ways ?? NO_WAYS
      return node !== undefined && (starts[node + 1] ?? 0) > (starts[node] ?? 0)
    },
    unstableNodes: unstable.nodes,
    above,
    isSame: (one, other) =>
      areAlike(one, other) && (closedAlike || typeof one === 'boolean') && !touches(one) && !touches(other),
  }
}

/** Where what is read and what is sent are one node, each has a bit of it. */
export const BIT: Readonly<Record<Direction, number>> = { read: 1, send: 2 }
const BOTH = BIT.read | BIT.send

const NO_WAYS: Ways = { starts: new Int32Array(1), ends: new Int32Array(0) }

/** Whether a schema may mean something else than it says: its reference depends on who refers to it, or leads nowhere known. */
function isDynamic(schema: JsonSchemaObject): boolean {
  return (
    schema.$dynamicRef !== undefined ||
    schema.$recursiveRef !== undefined ||
    (schema.$ref !== undefined && referenceOf(schema) === undefined)
  )
}

/** The schemas directly inside a schema, references not followed. */
function nestedSchemas(schema: JsonSchemaObject): readonly JsonSchema[] {
  const found: JsonSchema[] = []
  for (const keyword in schema) {
    const value = schema[keyword]
    if (typeof value !== 'object' || value === null) continue
    if (WITH_SCHEMA.has(keyword)) {
      if (isSchema(value)) found.push(value)
    } else if (WITH_SCHEMAS.has(keyword)) {
      if (Array.isArray(value)) for (const inner of value) if (isSchema(inner)) found.push(inner)
    } else if (WITH_NAMED_SCHEMAS.has(keyword) && isObject(value)) {
      for (const name in value) {
        const inner = value[name]
        if (isSchema(inner)) found.push(inner)
      }
    }
  }
  return found
}

/** Whether two schemas are written alike, but for prose and the order of keywords, members and what is a set. */
function areAlike(one: JsonSchema, other: JsonSchema): boolean {
  if (one === other) return true
  if (typeof one === 'boolean' || typeof other === 'boolean') return false
  let left = 0
  for (const keyword in one) {
    if (PROSE.has(keyword)) continue
    left += 1
    const value = one[keyword]
    const counterpart = other[keyword]
    if (value === counterpart && value !== undefined) continue
    if (typeof value !== 'object' || value === null || !areValuesAlike(keyword, value, counterpart)) return false
  }
  for (const keyword in other) if (!PROSE.has(keyword)) left -= 1
  return left === 0
}

function areValuesAlike(keyword: string, one: unknown, other: unknown): boolean {
  if (WITH_SCHEMA.has(keyword)) return isSchema(one) && isSchema(other) ? areAlike(one, other) : isEqualData(one, other)
  if (WITH_SCHEMAS.has(keyword)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((inner, index) => isSchema(inner) && isSchema(other[index]) && areAlike(inner, other[index]))
  }
  if (UNORDERED.has(keyword) && Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return false
    return isEqualData(one, other) || dataText(one, true) === dataText(other, true)
  }
  if (!WITH_NAMED_SCHEMAS.has(keyword)) return isEqualData(one, other)
  if (!isObject(one) || !isObject(other)) return false
  let left = 0
  for (const name in one) {
    left += 1
    const inner = one[name]
    const counterpart = Object.hasOwn(other, name) ? other[name] : undefined
    if (!isSchema(inner) || !isSchema(counterpart) || !areAlike(inner, counterpart)) return false
  }
  for (const _name in other) left -= 1
  return left === 0
}

function isEqualData(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isEqualData(item, other[index]))
    )
  }
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqualData(one[key], other[key]))
  )
}

/** Definitions that differ between the releases, and those that refer to one of them, directly or through others. */
function unstableDefinitions(
  others: Unchanged['others'],
  unchanged: Unchanged | undefined,
  above: Ways,
): Readonly<{ names: ReadonlySet<string>; nodes: Space['unstableNodes'] }> {
  const referrers = new Map<string, string[]>()
  const unstable = new Set<string>()
  const queue: string[] = []
  const names = new Set([...others.old.keys(), ...others.new.keys()])
  const found = (name: string) => {
    if (unstable.has(name)) return
    unstable.add(name)
    queue.push(name)
  }
  /** Others that refer to a node, by what they refer to there. */
  const nodeReferrers = { read: new Map<number, string[]>(), send: new Map<number, string[]>() }
  const directionOf = (name: string) => unchanged?.directionOf(name) ?? 'read'
  const bitsOf = (name: string) => (unchanged?.isDirected === false ? BIT[directionOf(name)] : BOTH)
  for (const name of names) {
    const before = others.old.get(name)
    const after = others.new.get(name)
    if (before === undefined || after === undefined || !areAlike(before, after)) found(name)
    if (after === undefined) continue
    for (const reference of referencesBelow(after)) {
      const node = unchanged?.nodeOf(reference)
      if (node === undefined) {
        append(referrers, reference, name)
        if (!names.has(reference)) found(reference)
      } else append(nodeReferrers[directionOf(reference)], node, name)
    }
  }
  const size = unchanged?.size ?? 0
  const nodes = new Uint8Array(size + (unchanged?.outside.read.length ?? 0))
  /** Bits that were found and not followed yet. */
  const left = new Uint8Array(nodes.length)
  const nodeQueue: number[] = []
  const foundNode = (node: number, bits: number) => {
    const more = bits & ~(nodes[node] ?? 0)
    if (more === 0) return
    nodes[node] = (nodes[node] ?? 0) | more
    if (left[node] === 0) nodeQueue.push(node)
    left[node] = (left[node] ?? 0) | more
  }
  const outside = new Map<string, number>()
  for (const list of unchanged === undefined ? [] : Object.values(unchanged.outside)) {
    for (const [index, name] of list.entries()) {
      outside.set(name, index)
      // What leads to a definition that neither release has leads nowhere known.
      if (!names.has(name)) found(name)
    }
  }
  while (queue.length > 0 || nodeQueue.length > 0) {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      for (const referrer of referrers.get(name) ?? []) found(referrer)
      const index = outside.get(name)
      if (index !== undefined) foundNode(size + index, bitsOf(name))
    }
    const node = nodeQueue.pop()
    if (node === undefined) continue
    const bits = left[node] ?? 0
    left[node] = 0
    const end = above.starts[node + 1] ?? 0
    for (let at = above.starts[node] ?? 0; at < end; at += 1) foundNode(above.ends[at] ?? 0, bits)
    for (const direction of ['read', 'send'] as const) {
      if ((bits & BIT[direction]) !== 0)
        for (const referrer of nodeReferrers[direction].get(node) ?? []) found(referrer)
    }
  }
  return { names: unstable, nodes }
}

function append<K>(map: Map<K, string[]>, key: K, name: string): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [name])
  else known.push(name)
}

function referencesBelow(root: JsonSchema): ReadonlySet<string> {
  const references = new Set<string>()
  const queue = [root]
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    if (typeof schema === 'boolean') continue
    const reference = referenceOf(schema)
    if (reference !== undefined) references.add(reference)
    for (const inner of nestedSchemas(schema)) queue.push(inner)
  }
  return references
}

/** Whether a value can stand where a schema is expected. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value)
}

/** Whether a value is an object with members. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One spelling of a JSON value: members sorted, and the items of what is a set. */
export function dataText(value: unknown, unordered: boolean): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => dataText(item, false))
    return `[${(unordered ? items.sort() : items).join()}]`
  }
  if (isObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${dataText(value[key], false)}`)
    return `{${members.join()}}`
  }
  return JSON.stringify(value) ?? 'null'
}
