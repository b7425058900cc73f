import { type ErpResource, type ErpSchema, type JsonSchema, PARAMETERS } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { readBeside } from './reading/beside.ts'
import { type Definitions, type Normalizer, normalizerOf, type Postponed } from './reading/json-schema.ts'
import {
  isPlainObject,
  looksLikeJson,
  member,
  objectOf,
  type PlainObject,
  refuse,
  sortedEntries,
  textMember,
} from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'
import { readTree } from './reading/tree.ts'
import { commonOf, notReachedOf, unchangedOf } from './reading/unchanged.ts'

const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace']

/**
 * OpenAPI 3.0 and 3.1 and Swagger 2. Every operation is a resource, `POST /Invoices`: its body is what is sent, its good
 * answers are what is read; its parameters are a second resource, `POST /Invoices (parameters)`. Members that are not
 * declared are taken for refused, since servers drop what they do not know.
 */
export default defineSchemaSource({
  title: 'OpenAPI 3.0 and 3.1, Swagger 2',
  recognizes: (document) =>
    looksLikeJson(document.text)
      ? /^[23]\./.test(topLevel(document).get('openapi') ?? topLevel(document).get('swagger') ?? '')
      : /^["']?(openapi|swagger)["']?\s*:\s*["']?[23]\./m.test(document.text),
  read: (document) => readContent(document, readTree(document)).schema,
  readPair: (old, next) => {
    const before = readTree(old)
    const after = readBeside(old, before, next)
    const common = commonOf(before, after)
    const items = new Map<string, Operations>()
    const one = readContent(old, before, { postponed: common?.postponed, note: items.set.bind(items) })
    const arePartsSame = common?.isSame(partsOf(before), partsOf(after)) === true
    const other = readContent(next, after, {
      postponed: common?.postponed,
      definition: (name) => (common?.hasBoth(name) === true ? one.definitions.others.get(name) : undefined),
      known: (path, item) =>
        arePartsSame && common.isSame(member(member(before, 'paths'), path), item) ? items.get(path) : undefined,
    })
    const isCatalog = [before, after].some((content) => !isPlainObject(member(content, 'paths')))
    const reachedIn =
      ({ definitions }: Content) =>
      (name: string) =>
        definitions.others.has(name) || common?.postponed.nodeOf(name) !== undefined
    return {
      old: one.schema,
      new: other.schema,
      unchanged:
        common === undefined
          ? undefined
          : unchangedOf(
              common.postponed,
              { others: one.definitions.others, definition: one.definitions.postponed },
              other.definitions,
            ),
      notReached: isCatalog
        ? []
        : notReachedOf({ content: before, reached: reachedIn(one) }, { content: after, reached: reachedIn(other) }),
    }
  },
})

/** The operations of one path, by name. */
type Operations = readonly (readonly [string, ErpResource])[]

/** What reading one of two releases leaves for the other, and finds there. */
type Beside = Readonly<{
  postponed?: Postponed | undefined
  note?: (path: string, operations: Operations) => unknown
  /** The operations that the other release has under a path, where all that is written about them is the same. */
  known?: (path: string, item: unknown) => Operations | undefined
  /** What the other release has for a definition that both publish letter for letter. */
  definition?: (name: string) => JsonSchema | undefined
}>

/** What paths refer to besides definitions. */
function partsOf(content: unknown): unknown {
  const { schemas: _schemas, ...components } = objectAt(content, 'components')
  return [components, objectAt(content, 'parameters'), objectAt(content, 'responses')]
}

function objectAt(content: unknown, key: string): PlainObject {
  const found = member(content, key)
  return isPlainObject(found) ? found : {}
}

type Content = Readonly<{ schema: ErpSchema; definitions: Definitions }>

function readContent(document: SchemaDocument, content: unknown, beside: Beside = {}): Content {
  if (!isPlainObject(content)) return refuse(document, [], 'expected an object.')
  const { postponed, definition } = beside
  const normalizer = normalizerOf(
    { document, content },
    {
      parse: readTree,
      ...(postponed === undefined ? {} : { postponed }),
      ...(definition === undefined ? {} : { known: definition }),
    },
  )
  const specification: Specification = { document, content, normalizer, beside }
  const info = member(content, 'info')
  const release = textMember(info, 'version')
  const product = textMember(info, 'title')
  const resources = resourcesOf(specification)
  const definitions = normalizer.definitions()
  let all: ErpSchema['definitions'] | undefined
  const schema: ErpSchema = {
    format: 'erp-change-gate/schema',
    version: 1,
    source: {
      kind: 'openapi',
      ...(product === undefined ? {} : { product }),
      ...(release === undefined ? {} : { release }),
      inferred: false,
      undeclared: 'refused',
      ignored: [...normalizer.ignored(), ...NOT_COMPARED, ...webhooksOf(content)].sort(),
    },
    resources,
    // A comparison of two releases asks for few of them.
    get definitions() {
      all ??= definitions.all()
      return all
    },
  }
  return { schema, definitions }
}

/** Parts of every specification that are not compared. */
const NOT_COMPARED = ['answers other than 2xx', 'headers of answers', 'security']

function webhooksOf(content: PlainObject): readonly string[] {
  return ['webhooks', 'x-webhooks'].filter((key) => member(content, key) !== undefined)
}

type Specification = Readonly<{
  document: SchemaDocument
  content: PlainObject
  normalizer: Normalizer
  beside: Beside
}>

function resourcesOf(specification: Specification): Readonly<Record<string, ErpResource>> {
  const { content, document, normalizer, beside } = specification
  const resources: (readonly [string, ErpResource])[] = []
  const paths = member(content, 'paths')
  for (const [path, item] of isPlainObject(paths) ? sortedEntries(paths) : []) {
    if (!isPlainObject(item)) continue
    const known = beside.known?.(path, item)
    const operations =
      known !== undefined && adopts(normalizer, known) ? known : operationsOf(specification, path, item)
    beside.note?.(path, operations)
    for (const operation of operations) resources.push(operation)
  }
  if (resources.length > 0) return objectOf(resources)
  // A catalog of records without operations: each record may be sent and read.
  const schemas = member(member(content, 'components'), 'schemas') ?? member(content, 'definitions')
  if (!isPlainObject(schemas)) return refuse(document, ['paths'], 'there are neither operations nor schemas.')
  const home = member(content, 'definitions') === undefined ? ['components', 'schemas'] : ['definitions']
  return objectOf(
    sortedEntries(schemas).map(([name, schema]) => [
      name,
      {
        send: normalizer.normalize(schema, [...home, name], 'send'),
        read: normalizer.normalize(schema, [...home, name], 'read'),
        position: positionOf([...home, name]),
      },
    ]),
  )
}

function adopts(normalizer: Normalizer, operations: Operations): boolean {
  return operations.every(([, { send, read }]) =>
    [send, read].every((schema) => schema === undefined || normalizer.adopt(schema)),
  )
}

function operationsOf(specification: Specification, path: string, item: PlainObject): Operations {
  const found: [string, ErpResource][] = []
  const shared = listOf(member(item, 'parameters')).map((value, index) => ({
    value,
    tokens: ['paths', path, 'parameters', String(index)],
  }))
  for (const method of METHODS) {
    const operation = member(item, method)
    if (!isPlainObject(operation)) continue
    const tokens = ['paths', path, method]
    const id = `${method.toUpperCase()} ${path}`
    const ownOnes = listOf(member(operation, 'parameters')).map((value, index) => ({
      value,
      tokens: [...tokens, 'parameters', String(index)],
    }))
    const parameters = [...shared, ...ownOnes].map((entry) => resolved(specification, entry.value, entry.tokens))
    const send = bodyOf(specification, operation, parameters, tokens)
    const read = answerOf(specification, operation, tokens)
    const title = textMember(operation, 'summary')
    const common = {
      ...(title === undefined ? {} : { title }),
      ...(member(operation, 'deprecated') === true ? { deprecated: true } : {}),
      position: positionOf(tokens),
    }
    const body = bodyRequired(specification, operation, parameters, tokens)
    found.push([
      id,
      {
        ...common,
        ...(send === undefined ? {} : { send }),
        ...(body === undefined ? {} : { bodyRequired: body }),
        ...(read === undefined ? {} : { read }),
      },
    ])
    const asked = parametersOf(specification, parameters)
    if (asked !== undefined) found.push([`${id}${PARAMETERS}`, { ...common, send: asked }])
  }
  return found
}

function positionOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

type Placed = Readonly<{ value: PlainObject; tokens: readonly string[] }>

/** Follows references between parameters, bodies and answers; schemas are left to the normalizer. */
function resolved(specification: Specification, value: unknown, tokens: readonly string[]): Placed {
  let current = value
  let place = tokens
  for (let hops = 0; hops < 20; hops += 1) {
    const reference = textMember(current, '$ref')
    if (reference === undefined) break
    if (!reference.startsWith('#/'))
      return refuse(specification.document, [...tokens, '$ref'], `"${reference}" is not in this document.`)
    place = reference
      .slice(2)
      .split('/')
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    let found: unknown = specification.content
    for (const token of place) found = Array.isArray(found) ? found[Number(token)] : member(found, token)
    if (found === undefined) return refuse(specification.document, [...tokens, '$ref'], `"${reference}" leads nowhere.`)
    current = found
  }
  if (!isPlainObject(current)) return refuse(specification.document, tokens, 'expected an object.')
  return { value: current, tokens: place }
}

/** The schema of the JSON form of a body; the first form where there is none in JSON. */
function contentOf(specification: Specification, holder: Placed, use: 'send' | 'read'): JsonSchema | undefined {
  const content = member(holder.value, 'content')
  if (isPlainObject(content)) {
    const chosen = Object.hasOwn(content, 'application/json') ? 'application/json' : likestJson(Object.keys(content))
    const schema = chosen === undefined ? undefined : member(content[chosen], 'schema')
    return chosen === undefined || schema === undefined
      ? undefined
      : specification.normalizer.normalize(schema, [...holder.tokens, 'content', chosen, 'schema'], use)
  }
  const schema = member(holder.value, 'schema')
  return schema === undefined
    ? undefined
    : specification.normalizer.normalize(schema, [...holder.tokens, 'schema'], use)
}

function likestJson(types: readonly string[]): string | undefined {
  const sorted = [...types].sort()
  return (
    sorted.find((type) => /^application\/json\b/.test(type)) ?? sorted.find((type) => /json/.test(type)) ?? sorted[0]
  )
}

function bodyOf(
  specification: Specification,
  operation: PlainObject,
  parameters: readonly Placed[],
  tokens: readonly string[],
): JsonSchema | undefined {
  const body = member(operation, 'requestBody')
  if (body !== undefined)
    return contentOf(specification, resolved(specification, body, [...tokens, 'requestBody']), 'send')
  const inBody = parameters.find(({ value }) => value.in === 'body')
  if (inBody !== undefined) return contentOf(specification, inBody, 'send')
  const fields = parameters.filter(({ value }) => value.in === 'formData')
  return fields.length === 0 ? undefined : recordOf(specification, fields, (value) => String(value.name))
}

/** Whether a body must be sent; undefined where there is none. A form must be sent where a field of it must. */
function bodyRequired(
  specification: Specification,
  operation: PlainObject,
  parameters: readonly Placed[],
  tokens: readonly string[],
): boolean | undefined {
  const body = member(operation, 'requestBody')
  if (body !== undefined) return resolved(specification, body, [...tokens, 'requestBody']).value.required === true
  const sent = parameters.filter(({ value }) => value.in === 'body' || value.in === 'formData')
  return sent.length === 0 ? undefined : sent.some(({ value }) => value.required === true)
}

function answerOf(
  specification: Specification,
  operation: PlainObject,
  tokens: readonly string[],
): JsonSchema | undefined {
  const responses = member(operation, 'responses')
  if (!isPlainObject(responses)) return undefined
  const good = Object.keys(responses)
    .filter((status) => /^2/.test(status))
    .sort()
  const statuses = good.length > 0 ? good : Object.keys(responses).filter((status) => status === 'default')
  const schemas = statuses.flatMap((status) => {
    const schema = contentOf(
      specification,
      resolved(specification, responses[status], [...tokens, 'responses', status]),
      'read',
    )
    return schema === undefined ? [] : [schema]
  })
  const [only] = schemas
  return schemas.length <= 1 ? only : { anyOf: schemas }
}

function parametersOf(specification: Specification, parameters: readonly Placed[]): JsonSchema | undefined {
  const asked = parameters.filter(({ value }) => value.in === 'query' || value.in === 'header' || value.in === 'path')
  if (asked.length === 0) return undefined
  // The name of a path parameter never travels, only its position does; the path itself names it.
  return recordOf(specification, asked, (value) =>
    value.in === 'query' ? String(value.name) : `${value.in}: ${value.name}`,
  )
}

const PARAMETER_KEYWORDS = new Set([
  'name',
  'in',
  'required',
  'description',
  'allowEmptyValue',
  'style',
  'explode',
  'schema',
  'content',
])

function recordOf(
  specification: Specification,
  fields: readonly Placed[],
  nameOf: (value: PlainObject) => string,
): JsonSchema {
  const properties = new Map<string, JsonSchema>()
  const required = new Set<string>()
  for (const { value, tokens } of fields) {
    const name = nameOf(value)
    if (value.required === true) required.add(name)
    const schema = contentOf(specification, { value, tokens }, 'send')
    // Swagger 2 writes the keywords of the schema beside the parameter's own.
    const plain = Object.fromEntries(Object.entries(value).filter(([keyword]) => !PARAMETER_KEYWORDS.has(keyword)))
    const made = schema ?? specification.normalizer.normalize(plain, tokens, 'send')
    // A list in a path travels as one text with commas, however it is described.
    const isListInPath = value.in === 'path' && typeof made === 'object' && made.type === 'array'
    properties.set(name, isListInPath ? { type: 'string' } : made)
  }
  return {
    type: 'object',
    properties: objectOf([...properties].sort(([left], [right]) => (left < right ? -1 : 1))),
    ...(required.size > 0 ? { required: [...required].sort() } : {}),
    additionalProperties: false,
  }
}
