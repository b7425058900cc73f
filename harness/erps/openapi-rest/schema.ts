import { tokensOf } from '../../base/pointer.ts'
import type { ErpSchema, JsonSchema, JsonSchemaObject } from '../../model/schema.ts'

type Definitions = ErpSchema['definitions']

/** Whether a value is the object form of a schema. */
export function isSchemaObject(value: unknown): value is JsonSchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an object schema. */
export function propertiesOf(schema: unknown): Readonly<Record<string, JsonSchema>> {
  const properties: unknown = isSchemaObject(schema) ? schema.properties : undefined
  if (!isSchemaObject(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])),
  )
}

/** Whether a schema lets values of a type pass by its `type` keyword. */
export function hasType(schema: unknown, type: string): boolean {
  if (!isSchemaObject(schema)) return false
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))
}

/** The branches of `anyOf`, `oneOf` or `allOf`, all together. */
export function branchesOf(schema: JsonSchemaObject): readonly JsonSchema[] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const branches = schema[keyword]
    return Array.isArray(branches) ? branches.filter(isSchema) : []
  })
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isSchemaObject(value)
}

/**
 * A schema with its references replaced by what they refer to, so that a change of a shared definition shows at every
 * resource. A reference that leads back to itself stays. `allOf` of plain objects becomes one object; a branch that is
 * only there to allow null becomes a type that allows it.
 */
export function expanded(schema: JsonSchema, definitions: Definitions, trail: readonly string[] = []): JsonSchema {
  if (!isSchemaObject(schema)) return schema
  const reference = schema.$ref
  if (typeof reference === 'string') {
    const name = definitionName(reference)
    const target = name === undefined ? undefined : definitions[name]
    if (name === undefined || target === undefined || trail.includes(name)) return schema
    const { $ref: _, ...beside } = schema
    const found = expanded(target, definitions, [...trail, name])
    return isSchemaObject(found) ? flattened({ ...found, ...inner(beside, definitions, trail) }) : found
  }
  return flattened(inner(schema, definitions, trail))
}

function definitionName(reference: string): string | undefined {
  const [, name] = /^#\/definitions\/(.+)$/.exec(reference) ?? []
  return name?.replaceAll('~1', '/').replaceAll('~0', '~')
}

function inner(schema: JsonSchemaObject, definitions: Definitions, trail: readonly string[]): JsonSchemaObject {
  const made: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' || keyword === 'patternProperties' || keyword === 'dependentSchemas') {
      made[keyword] = Object.fromEntries(
        Object.entries(isSchemaObject(value) ? value : {}).map(([name, member]) => [
          name,
          isSchema(member) ? expanded(member, definitions, trail) : member,
        ]),
      )
    } else if (LISTS.includes(keyword) && Array.isArray(value)) {
      made[keyword] = value.map((item: unknown) => (isSchema(item) ? expanded(item, definitions, trail) : item))
    } else if (NESTED.includes(keyword) && isSchema(value)) {
      made[keyword] = expanded(value, definitions, trail)
    } else made[keyword] = value
  }
  return made
}

const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const NESTED = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']

function flattened(schema: JsonSchemaObject): JsonSchemaObject {
  return withoutNullBranch(withoutAllOf(schema))
}

/** One object for an `allOf` of objects that says nothing twice; anything else is left to the comparison. */
function withoutAllOf(schema: JsonSchemaObject): JsonSchemaObject {
  const { allOf, ...own } = schema
  if (!Array.isArray(allOf)) return schema
  const parts = [...allOf, own].filter(isSchemaObject)
  const names = parts.flatMap((part) => Object.keys(propertiesOf(part)))
  const isPlain = parts.every((part) => Object.keys(part).every((keyword) => PLAIN.has(keyword)))
  if (!isPlain || parts.length !== allOf.length + 1 || new Set(names).size !== names.length) return schema
  const required = parts.flatMap((part) => (Array.isArray(part.required) ? part.required : []))
  return {
    ...Object.assign({}, ...parts),
    type: 'object',
    properties: Object.assign({}, ...parts.map(propertiesOf)),
    ...(required.length > 0 ? { required: [...new Set(required)].sort() } : {}),
  }
}

const PLAIN = new Set(['type', 'properties', 'required', 'description', 'x-title', 'x-read-only-names'])

function withoutNullBranch(schema: JsonSchemaObject): JsonSchemaObject {
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = schema[keyword]
    if (!Array.isArray(branches) || branches.length !== 2) continue
    const other = branches.find((branch) => !(isSchemaObject(branch) && branch.type === 'null'))
    const isNullable = branches.some((branch) => isSchemaObject(branch) && branch.type === 'null')
    if (!isNullable || !isSchemaObject(other) || typeof other.type !== 'string' || other.enum !== undefined) continue
    const { [keyword]: _, ...rest } = schema
    return { ...other, ...rest, type: [other.type, 'null'] }
  }
  return schema
}

/**
 * The schema at a place of documents that satisfy an expanded schema; `undefined` when no such document has the place. Where
 * the schema does not say what a member is, the place exists and anything may stand there.
 */
export function schemaAt(schema: JsonSchema | undefined, place: string): JsonSchema | undefined {
  return below(schema, tokensOf(place))
}

function below(schema: JsonSchema | undefined, tokens: readonly string[]): JsonSchema | undefined {
  const [first, ...rest] = tokens
  if (first === undefined || schema === undefined || schema === true) return schema
  if (!isSchemaObject(schema)) return undefined
  if (first === '*' || /^\d+$/.test(first)) {
    if (schema.items !== undefined && isSchema(schema.items)) return below(schema.items, rest)
  }
  const property = Object.hasOwn(propertiesOf(schema), first) ? propertiesOf(schema)[first] : undefined
  if (property !== undefined) return below(property, rest)
  for (const branch of branchesOf(schema)) {
    const found = below(branch, tokens)
    if (found !== undefined) return found
  }
  const { additionalProperties } = schema
  if (isSchemaObject(additionalProperties)) return below(additionalProperties, rest)
  return typeof schema.$ref === 'string' ? true : undefined
}

/** Names of the members that documents of a schema can have, for messages. */
export function memberNames(schema: JsonSchema | undefined): readonly string[] {
  if (!isSchemaObject(schema)) return []
  const own = Object.keys(propertiesOf(schema))
  return [...new Set([...own, ...branchesOf(schema).flatMap(memberNames)])].sort()
}
