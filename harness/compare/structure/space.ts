import type { ErpSchema, JsonSchema, JsonSchemaObject } from '../../model/schema.ts'

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
  return typeof reference === 'string' && reference.startsWith(REFERENCE)
    ? reference.slice(REFERENCE.length).replaceAll('~1', '/').replaceAll('~0', '~')
    : undefined
}

/**
 * The two sets of definitions side by side. Every schema has a number; two schemas have the same number when they are
 * written alike, whatever the order of their keywords. Schemas are the *same* when in addition everything they refer to
 * is unchanged, which is what lets a comparison skip them.
 */
export type Space = Readonly<{
  undeclared: (side: Side) => 'allowed' | 'refused'
  numberOf: (schema: JsonSchema) => number
  definition: (side: Side, name: string) => JsonSchema | undefined
  /** Whether the two schemas cannot differ in meaning, the first taken from the old and the second from the new release. */
  isSame: (old: JsonSchema, next: JsonSchema) => boolean
}>

type Numbered = {
  readonly children: readonly number[]
  readonly reference: string | undefined
  readonly dynamic: boolean
}

/** Numbers all schemas of two releases and finds out which definitions are unchanged together with all they refer to. */
export function spaceOf(old: ErpSchema, next: ErpSchema): Space {
  const numbers = new Map<string, number>()
  const numbered: Numbered[] = []
  const ofObject = new WeakMap<object, number>()

  const intern = (text: string, entry: Numbered): number => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    const number = numbered.length
    numbers.set(text, number)
    numbered.push(entry)
    return number
  }

  const numberOf = (schema: JsonSchema): number => {
    if (typeof schema === 'boolean') {
      return intern(String(schema), { children: [], reference: undefined, dynamic: false })
    }
    const known = ofObject.get(schema)
    if (known !== undefined) return known
    const children: number[] = []
    const child = (value: unknown): string => {
      if (!isSchema(value)) return dataText(value, false)
      const number = numberOf(value)
      children.push(number)
      return `#${number}`
    }
    const parts: string[] = []
    let dynamic = false
    for (const keyword of Object.keys(schema).sort()) {
      if (PROSE.has(keyword)) continue
      const value = schema[keyword]
      if (value === undefined) continue
      if (keyword === '$dynamicRef' || keyword === '$recursiveRef') dynamic = true
      if (WITH_SCHEMA.has(keyword)) parts.push(`${keyword}:${child(value)}`)
      else if (WITH_SCHEMAS.has(keyword) && Array.isArray(value)) parts.push(`${keyword}:[${value.map(child).join()}]`)
      else if (WITH_NAMED_SCHEMAS.has(keyword) && isObject(value)) {
        const named = Object.keys(value)
          .sort()
          .map((name) => `${JSON.stringify(name)}:${child(value[name])}`)
        parts.push(`${keyword}:{${named.join()}}`)
      } else parts.push(`${JSON.stringify(keyword)}:${dataText(value, UNORDERED.has(keyword))}`)
    }
    const reference = referenceOf(schema)
    // A reference that leads nowhere known may mean anything: it is never the same as another.
    if (schema.$ref !== undefined && reference === undefined) dynamic = true
    const number = intern(`{${parts.join()}}`, { children, reference, dynamic })
    ofObject.set(schema, number)
    return number
  }

  const definition = (side: Side, name: string): JsonSchema | undefined => {
    const definitions = side === 'old' ? old.definitions : next.definitions
    return Object.hasOwn(definitions, name) ? definitions[name] : undefined
  }

  const undeclared = (side: Side) => (side === 'old' ? old : next).source.undeclared ?? 'allowed'
  const closedAlike = undeclared('old') === undeclared('new')
  const unstable = unstableDefinitions(old, next, numberOf, numbered)
  const touched = new Map<number, boolean>()
  const touches = (number: number): boolean => {
    const known = touched.get(number)
    if (known !== undefined) return known
    const entry = numbered[number]
    const result =
      entry === undefined ||
      entry.dynamic ||
      (entry.reference !== undefined && unstable.has(entry.reference)) ||
      entry.children.some(touches)
    touched.set(number, result)
    return result
  }

  return {
    undeclared,
    numberOf,
    definition,
    isSame: (one, other) => {
      const number = numberOf(one)
      return number === numberOf(other) && (closedAlike || typeof one === 'boolean') && !touches(number)
    },
  }
}

/** Definitions that differ between the releases, and those that refer to one of them, directly or through others. */
function unstableDefinitions(
  old: ErpSchema,
  next: ErpSchema,
  numberOf: (schema: JsonSchema) => number,
  numbered: readonly Numbered[],
): ReadonlySet<string> {
  const referrers = new Map<string, Set<string>>()
  const unstable = new Set<string>()
  const queue: string[] = []
  const names = new Set([...Object.keys(old.definitions), ...Object.keys(next.definitions)])
  for (const name of names) {
    const before = Object.hasOwn(old.definitions, name) ? old.definitions[name] : undefined
    const after = Object.hasOwn(next.definitions, name) ? next.definitions[name] : undefined
    if (before === undefined || after === undefined || numberOf(before) !== numberOf(after)) {
      unstable.add(name)
      queue.push(name)
    }
    if (after === undefined) continue
    for (const reference of referencesBelow(numberOf(after), numbered)) {
      const known = referrers.get(reference) ?? new Set()
      referrers.set(reference, known.add(name))
      if (!names.has(reference) && !unstable.has(reference)) {
        unstable.add(reference)
        queue.push(reference)
      }
    }
  }
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const referrer of referrers.get(name) ?? []) {
      if (unstable.has(referrer)) continue
      unstable.add(referrer)
      queue.push(referrer)
    }
  }
  return unstable
}

function referencesBelow(root: number, numbered: readonly Numbered[]): ReadonlySet<string> {
  const references = new Set<string>()
  const seen = new Set<number>([root])
  const queue = [root]
  for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
    const entry = numbered[number]
    if (entry === undefined) continue
    if (entry.reference !== undefined) references.add(entry.reference)
    for (const child of entry.children) {
      if (seen.has(child)) continue
      seen.add(child)
      queue.push(child)
    }
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
