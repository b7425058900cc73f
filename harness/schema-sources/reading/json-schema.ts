import { eachWay } from '../../base/ways.ts'
import type { JsonSchema, Unchanged } from '../../model/schema.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'
import { isPlainObject, MAX_DEPTH, member, type PlainObject, refuse } from './text.ts'

/** Where a schema is used: fields that may only be read are left out of what is sent, and the other way round. */
export type Use = 'send' | 'read'

/** One parsed document, with the means to reach the documents it refers to. */
export type Parsed = Readonly<{ document: SchemaDocument; content: unknown }>

/** Turns published schemas into normalized ones; what they refer to ends up in `definitions`. */
export type Normalizer = Readonly<{
  normalize: (schema: unknown, tokens: readonly string[], use: Use) => JsonSchema
  /**
   * Takes over a schema that was normalized for another release from equal text. False, and nothing is taken, where it refers
   * to anything but the definitions of this document: then it has to be normalized.
   */
  adopt: (schema: JsonSchema) => boolean
  /** Works off all references; to be called once, at the end. */
  definitions: () => Definitions
  /** Keywords that were met and mean nothing to the comparison. */
  ignored: () => readonly string[]
}>

type Options = Readonly<{
  parse: (document: SchemaDocument) => unknown
  /** Definitions of the root document that need not be read before somebody asks for them. */
  postponed?: Postponed
  /** What another release made of a definition that it publishes letter for letter. */
  known?: (name: string) => JsonSchema | undefined
}>

/** Definitions that another release publishes letter for letter. */
export type Postponed = Omit<Unchanged, 'definition' | 'others'>

/** All that was referred to. */
export type Definitions = Readonly<{
  /** Every definition by name; those that were postponed are made when they are asked for. */
  all: () => Readonly<Record<string, JsonSchema>>
  /** Those that were not postponed. */
  others: ReadonlyMap<string, JsonSchema>
  /** One that was postponed. */
  postponed: (name: string) => JsonSchema
}>

/** What the name of a definition ends with where it is sent. */
export const SENT = ' (sent)'

const KEPT = new Set([
  'enum',
  'const',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'default',
  'contentEncoding',
  'contentMediaType',
  '$dynamicRef',
  '$recursiveRef',
])
const NESTED = new Set([
  'additionalProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const NESTED_LISTS = new Set(['allOf', 'anyOf', 'oneOf'])
const NESTED_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas'])

/** Keywords that say nothing about documents, and those that are read together with another one. */
const SILENT = new Set([
  '$schema',
  '$id',
  'id',
  '$anchor',
  '$dynamicAnchor',
  '$recursiveAnchor',
  '$vocabulary',
  '$comment',
  '$defs',
  'definitions',
  'example',
  'examples',
  'externalDocs',
  'xml',
  'nullable',
  'additionalItems',
  'mapping',
  'collectionFormat',
])

/** Names of definitions that every format keeps in its own place. */
const HOMES = [/^\/components\/schemas\/([^/]+)$/, /^\/definitions\/([^/]+)$/, /^\/\$defs\/([^/]+)$/]

/** How the references of normalized schemas begin. */
const START = '#/definitions/'

/** Where definitions are in references to them. */
const PLAIN_HOMES = ['#/components/schemas/', '#/definitions/', '#/$defs/']

/** The name in a reference to a definition of the same document, where it needs no decoding. */
function plainlyNamed(reference: string): string | undefined {
  const home = PLAIN_HOMES.find((start) => reference.startsWith(start))
  const name = home === undefined ? '' : reference.slice(home.length)
  return name === '' || /[/%~]/.test(name) ? undefined : name
}

function named(plain: string, use: Use): string {
  return use === 'send' ? `${plain}${SENT}` : plain
}

/** A normalizer for one document and those it refers to. */
export function normalizerOf(root: Parsed, options: Options): Normalizer {
  const definitions = new Map<string, JsonSchema>()
  const pending: { name: string; parsed: Parsed; tokens: readonly string[]; schema: unknown; use: Use }[] = []
  const documents = new Map<string, Parsed>([[root.document.name, root]])
  const ignored = new Set<string>()
  const { postponed } = options
  /** Nodes of postponed definitions that were referred to, directly or through others. */
  const isReached = { read: new Uint8Array(postponed?.size ?? 0), send: new Uint8Array(postponed?.size ?? 0) }
  const made = new Map<string, JsonSchema>()
  const anchors = new Map<Parsed, ReadonlyMap<string, readonly string[]>>()
  /** References of the root document that were met, by what they became. */
  const referred: Readonly<Record<Use, Map<string, string>>> = { send: new Map(), read: new Map() }
  /** References of the root document that were asked whether what they lead to may only be read, or only sent. */
  const flagged = { readOnly: new Map<string, boolean>(), writeOnly: new Map<string, boolean>() }
  const adopted = new Set<JsonSchema>()
  let isWorkedOff = false

  function normalize(schema: unknown, tokens: Place, use: Use, parsed: Parsed): JsonSchema {
    if (typeof schema === 'boolean') return schema
    if (!isPlainObject(schema)) {
      return refuse(
        parsed.document,
        tokensOf(tokens),
        `expected a schema, not ${Array.isArray(schema) ? 'a list' : String(schema)}.`,
      )
    }
    if (tokens.depth > MAX_DEPTH) {
      refuse(parsed.document, tokensOf(tokens).slice(0, 8), `nested more than ${MAX_DEPTH} levels deep.`)
    }
    const made: Record<string, unknown> = {}
    const hidden: string[] = []
    for (const keyword in schema) {
      if (!Object.hasOwn(schema, keyword)) continue
      const value = schema[keyword]
      if (KEPT.has(keyword)) {
        if (isDeep(value, MAX_DEPTH))
          refuseAt(parsed.document, below(tokens, keyword), `nested more than ${MAX_DEPTH} levels deep.`)
        made[keyword] = value
      } else if (NESTED.has(keyword)) made[keyword] = normalize(value, below(tokens, keyword), use, parsed)
      else if (NESTED_LISTS.has(keyword)) {
        made[keyword] = listOf(value, below(tokens, keyword), parsed).map((inner, index) =>
          normalize(inner, below(tokens, keyword, String(index)), use, parsed),
        )
      } else if (NESTED_MAPS.has(keyword)) {
        made[keyword] = membersOf(value, keyword, tokens, use, parsed, hidden)
      } else take(made, schema, keyword, value, tokens, use, parsed)
    }
    if (hidden.length > 0) {
      if (use === 'send') made['x-read-only-names'] = hidden.sort()
      if (Array.isArray(made.required)) made.required = made.required.filter((name) => !hidden.includes(String(name)))
    }
    if (Array.isArray(made.required) && made.required.length === 0) delete made.required
    if (made['x-discriminator'] !== undefined && made.oneOf !== undefined && made.anyOf === undefined) {
      // A field says which branch is meant, so the other branches need not be ruled out.
      made.anyOf = made.oneOf
      delete made.oneOf
    }
    return isNullable(schema) ? withNull(made) : made
  }

  function membersOf(
    value: unknown,
    keyword: string,
    tokens: Place,
    use: Use,
    parsed: Parsed,
    hidden: string[],
  ): Readonly<Record<string, JsonSchema>> {
    if (!isPlainObject(value)) return refuseAt(parsed.document, below(tokens, keyword), 'expected an object.')
    const made: [string, JsonSchema][] = []
    let isByPart = false
    for (const name of Object.keys(value)) {
      const inner = value[name]
      const flag = use === 'send' ? 'readOnly' : 'writeOnly'
      const isHidden = keyword === 'properties' && isFlagged(inner, flag, parsed)
      if (isHidden) {
        hidden.push(name)
        const reference = member(inner, '$ref')
        if (typeof reference === 'string' && plainlyNamed(reference) === undefined) isByPart = true
      } else made.push([name, normalize(inner, below(tokens, keyword, name), use, parsed)])
    }
    const members = Object.fromEntries(made)
    if (isByPart) hiddenByPart.add(members)
    return members
  }

  /** Whether a field is read-only or write-only, itself or by the schema that it refers to in the same document. */
  function isFlagged(schema: unknown, flag: 'readOnly' | 'writeOnly', parsed: Parsed): boolean {
    const reference = member(schema, '$ref')
    if (parsed !== root || typeof reference !== 'string') return isFlaggedIn(parsed.content, schema, flag)
    if (member(schema, flag) === true) return true
    const known = flagged[flag].get(reference)
    if (known !== undefined) return known
    const found = isFlaggedIn(parsed.content, { $ref: reference }, flag)
    flagged[flag].set(reference, found)
    return found
  }

  /** Keywords that are spelled differently between drafts and formats. */
  function take(
    made: Record<string, unknown>,
    schema: PlainObject,
    keyword: string,
    value: unknown,
    tokens: Place,
    use: Use,
    parsed: Parsed,
  ): void {
    switch (keyword) {
      case 'type':
        if (value === 'file') {
          made.type = 'string'
          made.format = 'binary'
        } else made.type = value
        return
      case 'required':
        if (Array.isArray(value)) made.required = value
        return
      case 'minimum':
      case 'maximum': {
        const exclusive = keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'
        made[schema[exclusive] === true ? exclusive : keyword] = value
        return
      }
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
        if (typeof value === 'number') made[keyword] = value
        return
      case 'items':
        if (Array.isArray(value)) {
          made.prefixItems = value.map((inner, index) =>
            normalize(inner, below(tokens, 'items', String(index)), use, parsed),
          )
          const rest = schema.additionalItems
          if (rest !== undefined) made.items = normalize(rest, below(tokens, 'additionalItems'), use, parsed)
        } else made.items = normalize(value, below(tokens, 'items'), use, parsed)
        return
      case 'prefixItems':
        made.prefixItems = listOf(value, below(tokens, keyword), parsed).map((inner, index) =>
          normalize(inner, below(tokens, keyword, String(index)), use, parsed),
        )
        return
      case 'dependencies':
        if (isPlainObject(value)) {
          const isNames = (needs: unknown) => Array.isArray(needs)
          const entries = Object.entries(value)
          const names = entries.filter(([, needs]) => isNames(needs))
          const schemas = entries.filter(([, needs]) => !isNames(needs))
          if (names.length > 0) made.dependentRequired = Object.fromEntries(names)
          if (schemas.length > 0) {
            made.dependentSchemas = Object.fromEntries(
              schemas.map(([name, inner]) => [name, normalize(inner, below(tokens, keyword, name), use, parsed)]),
            )
          }
        }
        return
      case 'title':
        if (typeof value === 'string') made['x-title'] = value
        return
      case 'description':
        if (typeof value === 'string') made.description = value.length > 300 ? value.slice(0, 300) : value
        return
      case 'deprecated':
        if (value === true) made.deprecated = true
        return
      case 'readOnly':
        if (value === true) made['x-read-only'] = true
        return
      case 'writeOnly':
        return
      case 'discriminator':
        takeDiscriminator(made, value)
        return
      case '$ref':
        if (typeof value !== 'string')
          refuseAt(parsed.document, below(tokens, keyword), 'expected the text of a reference.')
        else refer(made, value, tokens, use, parsed)
        return
      default:
        if (!SILENT.has(keyword) && !keyword.startsWith('x-')) ignored.add(keyword)
    }
  }

  function takeDiscriminator(made: Record<string, unknown>, value: unknown): void {
    const name = typeof value === 'string' ? value : member(value, 'propertyName')
    if (typeof name !== 'string') return
    made['x-discriminator'] = name
  }

  function refer(made: Record<string, unknown>, reference: string, tokens: Place, use: Use, parsed: Parsed): void {
    const relation = reference.startsWith('#/') ? null : /\/metadata-catalog\/([^/#?]+)$/.exec(reference)
    if (relation?.[1] !== undefined) {
      made.type = 'object'
      made['x-relation'] = relation[1]
      return
    }
    const met = parsed === root ? referred[use].get(reference) : undefined
    if (met !== undefined) {
      made.$ref = met
      return
    }
    const plainly = parsed === root ? plainlyNamed(reference) : undefined
    const written = plainly === undefined ? undefined : postponed?.nodeOf(named(plainly, use))
    if (plainly !== undefined && written !== undefined) {
      const normalized = `#/definitions/${named(plainly, use)}`
      made.$ref = normalized
      referred[use].set(reference, normalized)
      if (!isWorkedOff) reach(written, use === 'send' ? use : 'read')
      return
    }
    const hash = reference.indexOf('#')
    const file = hash < 0 ? reference : reference.slice(0, hash)
    const fragment = hash < 0 ? '' : reference.slice(hash + 1)
    const target = file === '' || file === textOf(parsed.content, '$id') ? parsed : external(file, parsed)
    if (target === undefined) {
      // Nothing is fetched: what stands at a remote place is unknown, and the comparison says so.
      made.$ref = reference
      return
    }
    const path = pathOf(fragment, target, tokens, parsed)
    const pointer = path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    const home = HOMES.map((pattern) => pattern.exec(pointer)?.[1]).find((found) => found !== undefined)
    const plain = home?.replaceAll('~1', '/').replaceAll('~0', '~') ?? (pointer === '' ? '#' : pointer.slice(1))
    const name = `${target === root ? '' : `${target.document.name}#`}${named(plain, use)}`
    const normalized = `#/definitions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    made.$ref = normalized
    if (parsed === root) referred[use].set(reference, normalized)
    // What is read later must not add to what was worked off.
    if (isWorkedOff || definitions.has(name)) return
    const node = home !== undefined && target === root ? postponed?.nodeOf(name) : undefined
    if (node !== undefined) {
      reach(node, use === 'send' ? use : 'read')
      return
    }
    let schema: unknown = target.content
    for (const [index, token] of path.entries()) {
      const next = Array.isArray(schema) ? schema[Number(token)] : member(schema, token)
      if (next === undefined) {
        refuseAt(
          parsed.document,
          below(tokens, '$ref'),
          `"${reference}" leads nowhere: there is no "${path.slice(0, index + 1).join('/')}".`,
        )
      }
      schema = next
    }
    definitions.set(name, true)
    pending.push({ name, parsed: target, tokens: path, schema, use })
  }

  /** Notes a postponed definition, and all that it leads to, without reading it. */
  function reach(start: number, direction: 'send' | 'read'): void {
    const known = isReached[direction]
    if (postponed === undefined || known[start] === 1) return
    const { size, ways, bases } = postponed
    const outside = postponed.outside[direction]
    known[start] = 1
    const queue = [start]
    const found = (target: number) => {
      if (target >= size) noteAt(outside[target - size] ?? '')
      else if (known[target] === 0) {
        known[target] = 1
        queue.push(target)
      }
    }
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      eachWay(ways, node, found)
      bases.get(node)?.forEach(found)
    }
  }

  /** Notes a definition of the root document by its name. */
  function noteAt(name: string): void {
    if (definitions.has(name)) return
    const node = postponed?.nodeOf(name)
    if (postponed !== undefined && node !== undefined) {
      reach(node, postponed.directionOf(name))
      return
    }
    const use = name.endsWith(SENT) ? 'send' : 'read'
    const tokens = homeOf(plainName(name))
    definitions.set(name, true)
    pending.push({ name, parsed: root, tokens, schema: schemaAt(tokens), use })
  }

  function adopt(schema: JsonSchema): boolean {
    if (adopted.has(schema)) return true
    const only = typeof schema === 'object' && Object.keys(schema).length === 1 ? schema.$ref : undefined
    const node = typeof only === 'string' ? postponed?.nodeOf(only.slice(START.length)) : undefined
    if (postponed !== undefined && node !== undefined && typeof only === 'string' && only.startsWith(START)) {
      reach(node, postponed.directionOf(only))
      adopted.add(schema)
      return true
    }
    const names = referencesIn(schema)
    const isHere = (name: string) => {
      const plain = plainName(name)
      return postponed?.nodeOf(plain) !== undefined || (!/[/#~%]/.test(plain) && schemaAt(homeOf(plain)) !== undefined)
    }
    if (names?.every(isHere) !== true) return false
    for (const name of names) noteAt(name)
    adopted.add(schema)
    return true
  }

  function schemaAt(tokens: readonly string[]): unknown {
    return tokens.reduce<unknown>((holder, token) => member(holder, token), root.content)
  }

  function homeOf(name: string): readonly string[] {
    const schemas = member(member(root.content, 'components'), 'schemas')
    return member(schemas, name) === undefined ? ['definitions', name] : ['components', 'schemas', name]
  }

  function external(file: string, parsed: Parsed): Parsed | undefined {
    if (/^[a-z][a-z0-9+.-]*:/i.test(file) || file.startsWith('/')) return undefined
    const document = parsed.document.resolve?.(file)
    if (document === undefined) return undefined
    const known = documents.get(document.name)
    if (known !== undefined) return known
    if (documents.size > 500) refuse(parsed.document, [], 'it refers to more than 500 documents.')
    const made = { document, content: options.parse(document) }
    documents.set(document.name, made)
    return made
  }

  function pathOf(fragment: string, target: Parsed, tokens: Place, parsed: Parsed): readonly string[] {
    if (fragment === '') return []
    if (!fragment.startsWith('/')) {
      const known = anchors.get(target) ?? anchorsOf(target.content)
      anchors.set(target, known)
      const found = known.get(fragment)
      return found ?? refuseAt(parsed.document, below(tokens, '$ref'), `there is no anchor "${fragment}".`)
    }
    return fragment
      .slice(1)
      .split('/')
      .map((token) => decode(token).replaceAll('~1', '/').replaceAll('~0', '~'))
  }

  /** A postponed definition. */
  function normalized(name: string): JsonSchema {
    const known = made.get(name)
    if (known !== undefined) return known
    const tokens = homeOf(plainName(name))
    const schema = normalize(schemaAt(tokens), startAt(tokens), name.endsWith(SENT) ? 'send' : 'read', root)
    made.set(name, schema)
    return schema
  }

  function all(): Readonly<Record<string, JsonSchema>> {
    const names = [...definitions.keys()]
    for (const direction of ['read', 'send'] as const) {
      for (const [node, reached] of isReached[direction].entries()) {
        const name = reached === 1 ? postponed?.nameOf(node, direction) : undefined
        if (name !== undefined && name !== null) names.push(name)
      }
    }
    const record: Record<string, JsonSchema> = {}
    for (const name of names.sort()) {
      const value = definitions.get(name)
      if (value === undefined) Object.defineProperty(record, name, { get: () => normalized(name), enumerable: true })
      else Object.defineProperty(record, name, { value, enumerable: true, writable: true })
    }
    return record
  }

  return {
    normalize: (schema, tokens, use) => normalize(schema, startAt(tokens), use, root),
    adopt,
    definitions: () => {
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        const known = next.parsed === root ? options.known?.(next.name) : undefined
        const made =
          known !== undefined && adopt(known)
            ? known
            : normalize(next.schema, startAt(next.tokens), next.use, next.parsed)
        definitions.set(next.name, made)
      }
      isWorkedOff = true
      return { all, others: definitions, postponed: normalized }
    },
    ignored: () => [...ignored].sort(),
  }
}

function plainName(name: string): string {
  return name.endsWith(SENT) ? name.slice(0, -SENT.length) : name
}

/** Members without those that are hidden by a part of another definition, which may be another one in the other release. */
const hiddenByPart = new WeakSet<object>()

/** The names of definitions that a normalized schema refers to; undefined when it refers to anything else. */
function referencesIn(schema: JsonSchema): readonly string[] | undefined {
  const names: string[] = []
  const queue: unknown[] = [schema]
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (hiddenByPart.has(value)) return undefined
    for (const [keyword, inner] of Object.entries(value)) {
      if (keyword === '$dynamicRef' || keyword === '$recursiveRef') return undefined
      if (keyword === '$ref' && typeof inner === 'string') {
        if (!inner.startsWith(START)) return undefined
        names.push(inner.slice(START.length))
      } else queue.push(inner)
    }
  }
  return names
}

/** Whether a schema says that it may only be read, or only be sent, itself or where it refers to in the same document. */
export function isFlaggedIn(content: unknown, schema: unknown, flag: 'readOnly' | 'writeOnly'): boolean {
  let current = schema
  for (let hops = 0; hops < 10; hops += 1) {
    if (member(current, flag) === true) return true
    const reference = member(current, '$ref')
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return false
    let found: unknown = content
    for (const token of reference.slice(2).split('/'))
      found = member(found, decode(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    current = found
  }
  return false
}

function listOf(value: unknown, tokens: Place, parsed: Parsed): readonly unknown[] {
  return Array.isArray(value) ? value : refuseAt(parsed.document, tokens, 'expected a list of schemas.')
}

function textOf(value: unknown, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}

function isNullable(schema: PlainObject): boolean {
  return schema.nullable === true || schema['x-nullable'] === true
}

/** OpenAPI 3.0 says `nullable` where JSON Schema lists the type. */
function withNull(made: Readonly<Record<string, unknown>>): JsonSchema {
  const { type } = made
  if (typeof type === 'string') {
    const values = made.enum
    return {
      ...made,
      type: [type, 'null'],
      ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
    }
  }
  if (type !== undefined) return made
  const { description, deprecated, default: preset, ...rest } = made
  if (Object.keys(rest).length === 0) return made
  return {
    anyOf: [rest, { type: 'null' }],
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(preset === undefined ? {} : { default: preset }),
  }
}

/** Where a schema stands, linked upwards: a list would be copied at every level. */
type Place = Readonly<{ parent: Place | undefined; tokens: readonly string[]; depth: number }>

function startAt(tokens: readonly string[]): Place {
  return { parent: undefined, tokens, depth: 0 }
}

function below(parent: Place, ...tokens: readonly string[]): Place {
  return { parent, tokens, depth: parent.depth + 1 }
}

function tokensOf(place: Place): readonly string[] {
  const parts: (readonly string[])[] = []
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) parts.push(at.tokens)
  return parts.reverse().flat()
}

function refuseAt(document: SchemaDocument, place: Place, fault: string): never {
  return refuse(document, tokensOf(place), fault)
}

/** Whether a value that is kept as it is nests deeper than anything should. */
function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1))
}

/** Places of all anchors: `$anchor`, and the older `$id: "#name"`. */
function anchorsOf(content: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const visit = (value: unknown, tokens: readonly string[]): void => {
    if (tokens.length > MAX_DEPTH) return
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...tokens, String(index)])
    if (!isPlainObject(value)) return
    for (const key of ['$anchor', '$dynamicAnchor']) if (typeof value[key] === 'string') found.set(value[key], tokens)
    for (const key of ['$id', 'id']) {
      const id = value[key]
      if (typeof id === 'string' && id.startsWith('#')) found.set(id.slice(1), tokens)
    }
    for (const [key, inner] of Object.entries(value)) visit(inner, [...tokens, key])
  }
  visit(content, [])
  return found
}
