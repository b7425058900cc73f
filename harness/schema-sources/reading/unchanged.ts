import { waysOf } from '../../base/ways.ts'
import type { JsonSchema, OutlineStep, Unchanged } from '../../model/schema.ts'
import { isFlaggedIn, type Postponed, SENT } from './json-schema.ts'
import { isPlainObject, MAX_DEPTH, member, type PlainObject } from './text.ts'

/** Keywords without schemas in them, which mean the same wherever they stand. */
const FLAT = new Set(
  `type format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems
  uniqueItems minProperties maxProperties enum const default title description deprecated example examples externalDocs
  xml required readOnly writeOnly nullable discriminator`.split(/\s+/),
)

/** Keywords that only tell people something: with them a schema means what it means without them. */
const SAID = new Set('title description example examples externalDocs xml'.split(' '))

/** A definition as written: where it refers to others, and which fields on the way are only read or only sent. */
type Written = Readonly<{
  steps: readonly WrittenStep[]
  /** Definitions that it takes over whole, with the steps that they have: they are referred to, and nothing is met there. */
  bases: readonly string[]
}>
type WrittenStep = OutlineStep &
  Readonly<{
    /** The field as it is written where it may be hidden from those who send or read; undefined for all others, and for items. */
    field: unknown
    to: string | Written
  }>

/** What two releases of one document have in common, so that it need not be read twice, or at all. */
export type Common = Readonly<{
  postponed: Postponed
  /** Whether both publish a definition letter for letter. */
  hasBoth: (name: string) => boolean
  /** Whether a value means the same in both documents, as far as it refers to nothing but definitions. */
  isSame: (old: unknown, next: unknown) => boolean
}>

/** Finds the definitions that two parsed documents share letter for letter and that only use plain keywords. */
export function commonOf(old: unknown, next: unknown): Common | undefined {
  const [one, other] = [definitionsOf(old), definitionsOf(next)]
  if (one === undefined || other === undefined || one.home !== other.home) return undefined
  const [before, after] = [one.schemas, other.schemas]
  const equal = new Set<string>()
  for (const name of Object.keys(before)) {
    // The name of what is sent would not tell whose it is.
    if (name.endsWith(SENT)) return undefined
    const then = before[name]
    const now = member(after, name)
    if (isEqual(then, now, 0)) equal.add(name)
    else if (now !== undefined && !hasSameFlags(then, now)) return undefined
    // Whether a field is hidden depends on what it refers to, which may be a part of what is another now.
    if (now !== undefined && !isFlaggedAlike([old, then], [next, now])) return undefined
  }
  const homes: Homes = { ...one, after, equal, met: new Map() }
  const written = new Map<string, Written>()
  for (const name of equal) {
    const made = writtenOf(before[name], homes, 'definition')
    if (made !== undefined) written.set(name, made)
  }
  return {
    postponed: graphOf(written, old),
    hasBoth: (name) => equal.has(name.endsWith(SENT) ? name.slice(0, -SENT.length) : name),
    isSame: (then, now) => isEqual(then, now, 0),
  }
}

/** Lays the definitions out as a graph, those that are read apart from those that are sent where that is not the same. */
function graphOf(written: ReadonlyMap<string, Written>, content: unknown): Postponed {
  const names = [...written.keys()]
  const numbers = new Map(names.map((name, index) => [name, index]))
  const outside: string[] = []
  const outsideNumbers = new Map<string, number>()
  const from: number[] = []
  /** Targets; those outside are negative until it is known how many nodes there are. */
  const to: number[] = []
  const steps: OutlineStep[] = []
  const bases = new Map<number, number[]>()
  const isHidden = hiddenIn(content)
  const hides = ({ steps }: Written): boolean =>
    steps.some(
      ({ field, to }) =>
        (field !== undefined && (isHidden(field, to, true) || isHidden(field, to, false))) ||
        (typeof to !== 'string' && hides(to)),
    )
  const isDirected = [...written.values()].some(hides)
  const nodesOfEach = isDirected ? 2 : 1
  const named = nodesOfEach * names.length
  let size = named
  // What is read of a definition has an even number, what is sent the odd one after it.
  const nodeOf = (name: string, isSent: boolean): number => {
    const known = numbers.get(name)
    if (known !== undefined) return nodesOfEach * known + (isSent ? 1 : 0)
    const full = isSent ? `${name}${SENT}` : name
    const found = outsideNumbers.get(full) ?? outside.push(full) - 1
    outsideNumbers.set(full, found)
    return -1 - found
  }
  const takeOver = (node: number, others: readonly number[]): void => {
    if (others.length > 0) bases.set(node, [...(bases.get(node) ?? []), ...others])
  }
  const fill = (node: number, made: Written, isSent: boolean): void => {
    takeOver(
      node,
      made.bases.map((name) => nodeOf(name, isSent)),
    )
    for (let index = 0; index < made.steps.length; index += 1) {
      const step = made.steps[index]
      if (step === undefined || (step.field !== undefined && isHidden(step.field, step.to, isSent))) continue
      const target = typeof step.to === 'string' ? nodeOf(step.to, isSent) : fillPart(node, step.to, isSent)
      if (target === undefined) continue
      from.push(node)
      to.push(target)
      steps.push(step)
    }
  }
  /** A part that leads nowhere is no part; what it takes over is still referred to. */
  const fillPart = (holder: number, made: Written, isSent: boolean): number | undefined => {
    const [part, before] = [size, from.length]
    size += 1
    fill(part, made, isSent)
    if (from.length > before) return part
    size = part
    takeOver(holder, bases.get(part) ?? [])
    bases.delete(part)
    return undefined
  }
  let node = 0
  for (const made of written.values()) {
    fill(node, made, false)
    if (isDirected) fill(node + 1, made, true)
    node += nodesOfEach
  }
  const ends = Int32Array.from(to, (target) => (target < 0 ? size - 1 - target : target))
  const ways = waysOf(size + outside.length, from, ends)
  for (const [taker, others] of bases)
    bases.set(
      taker,
      others.map((other) => (other < 0 ? size - 1 - other : other)),
    )
  return {
    isDirected,
    directionOf: (name) => (name.endsWith(SENT) ? 'send' : 'read'),
    nodeOf: (name) => {
      const isSent = name.endsWith(SENT)
      const known = numbers.get(isSent ? name.slice(0, -SENT.length) : name)
      return known === undefined ? undefined : nodesOfEach * known + (isDirected && isSent ? 1 : 0)
    },
    nameOf: (node, direction) => {
      const name = node < named ? names[Math.floor(node / nodesOfEach)] : undefined
      if (name === undefined) return null
      return (isDirected ? node % 2 === 1 : direction === 'send') ? `${name}${SENT}` : name
    },
    size,
    ways: { starts: ways.starts, ends: ways.ends },
    steps: Array.from(ways.order, (index) => steps[index] ?? NO_STEP),
    bases,
    outside: { read: outside, send: isDirected ? outside : outside.map((name) => `${name}${SENT}`) },
  }
}

const NO_STEP: OutlineStep = { tokens: [], path: [] }

/** Brings together what was found in common and what each release has besides. */
export function unchangedOf(
  postponed: Postponed,
  old: Readonly<{ others: ReadonlyMap<string, JsonSchema>; definition: (name: string) => JsonSchema }>,
  next: Readonly<{ others: ReadonlyMap<string, JsonSchema> }>,
): Unchanged {
  return { ...postponed, definition: old.definition, others: { old: old.others, new: next.others } }
}

/** Definitions that differ, or that only one release has, and that neither schema reaches. */
export function notReachedOf(
  old: Readonly<{ content: unknown; reached: (name: string) => boolean }>,
  next: Readonly<{ content: unknown; reached: (name: string) => boolean }>,
): readonly string[] {
  const [one, other] = [definitionsOf(old.content), definitionsOf(next.content)]
  const [before, after] = [one?.schemas ?? {}, other?.schemas ?? {}]
  const isReached = (name: string) => [old, next].some(({ reached }) => reached(name) || reached(`${name}${SENT}`))
  const isSame = (name: string) => {
    const [then, now] = [member(before, name), member(after, name)]
    // Swagger 2 and OpenAPI 3 keep definitions in different places, and that alone is no change of one.
    return isEqual(
      one?.home === other?.home ? then : fromOneHome(then),
      one?.home === other?.home ? now : fromOneHome(now),
      0,
    )
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isReached(name) && !isSame(name))
    .sort()
}

/** The same with references that do not say where definitions are kept. */
function fromOneHome(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? value : JSON.parse(text.replaceAll('"#/components/schemas/', '"#/definitions/'))
}

type Home = Readonly<{ home: string; schemas: PlainObject }>

function definitionsOf(content: unknown): Home | undefined {
  const schemas = member(member(content, 'components'), 'schemas')
  const definitions = member(content, 'definitions')
  // With both, a name would not say which is meant.
  if (schemas !== undefined && definitions !== undefined) return undefined
  const found = schemas ?? definitions
  const home = schemas === undefined ? '#/definitions/' : '#/components/schemas/'
  return isPlainObject(found) ? { home, schemas: found } : undefined
}

/** Whether a field says that it is only read or only sent, or what it refers to may. */
function mayBeHidden(field: unknown): boolean {
  return isPlainObject(field) && (field.readOnly === true || field.writeOnly === true || field.$ref !== undefined)
}

function hasSameFlags(one: unknown, other: unknown): boolean {
  return ['readOnly', 'writeOnly', '$ref'].every((keyword) => member(one, keyword) === member(other, keyword))
}

/** Whether a definition that is a reference leads to what is hidden from the same in both releases. */
function isFlaggedAlike([old, then]: readonly unknown[], [next, now]: readonly unknown[]): boolean {
  if (member(then, '$ref') === undefined) return true
  return (['readOnly', 'writeOnly'] as const).every(
    (flag) => isFlaggedIn(old, then, flag) === isFlaggedIn(next, now, flag),
  )
}

/** The definitions of the old release, those of the new one, and the names of those that are equal. */
type Homes = Home &
  Readonly<{
    after: PlainObject
    equal: ReadonlySet<string>
    /** References that were met: the definition that both releases have there. */
    met: Map<string, Target | undefined>
  }>

/** A definition that is referred to; `isNull` where it is nothing but null in one of the releases. */
type Target = Readonly<{ name: string; isNull: boolean }>

/** Where a schema stands: one that is taken over by a field takes over none with fields, or all would be written out again and again. */
type Level = 'definition' | 'field' | 'field of what a field takes over'

/** Undefined when a keyword is more than plain, or malformed: then it is read as always, and refused where it must be. */
function writtenOf(schema: unknown, homes: Homes, level: Level): Written | undefined {
  if (!isPlainObject(schema)) return undefined
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) return choiceOf(schema, homes, level)
  if (schema.allOf !== undefined || schema.$ref !== undefined)
    return nullableOf(schema, homes) ?? mergedOf(schema, homes, level)
  if (!isPlain(schema)) return undefined
  const { properties, items } = schema
  if (properties === undefined && items === undefined) return LEADS_NOWHERE
  // A value that is fixed, or of another type, has no members to go to.
  if (schema.enum !== undefined || schema.const !== undefined) return undefined
  const type = properties === undefined ? 'array' : 'object'
  if (schema.type !== undefined && schema.type !== type) return undefined
  if (items !== undefined) {
    const to = leadOf(items, homes, level)
    if (properties !== undefined || to === undefined) return undefined
    return to === LEADS_NOWHERE ? to : { steps: [{ tokens: ['*'], path: ['items'], field: undefined, to }], bases: [] }
  }
  return isPlainObject(properties) ? recordOf([properties], [], homes, level) : undefined
}

function isPlain(schema: PlainObject): boolean {
  for (const keyword in schema) {
    if (keyword === 'properties' || keyword === 'items' || keyword === 'allOf' || keyword === '$ref') continue
    if (keyword === 'additionalProperties' ? typeof schema[keyword] !== 'boolean' : !isFlat(keyword)) return false
  }
  return schema.nullable !== true || typeof schema.type === 'string'
}

/** Where a schema below another one leads: to a definition, or on. */
function leadOf(schema: unknown, homes: Homes, level: Level): string | Written | undefined {
  if (!isPlainObject(schema)) return undefined
  const { $ref, allOf, anyOf, oneOf } = schema
  // Most fields are nothing but a value.
  const mayRefer = $ref !== undefined || allOf !== undefined || anyOf !== undefined || oneOf !== undefined
  const target = mayRefer ? targetOf(schema, homes)?.name : undefined
  return target ?? writtenOf(schema, homes, level === 'definition' ? 'field' : level)
}

/** A record with the fields of several; a field that two of them have is left to those who read both, unless it leads nowhere. */
function recordOf(
  fields: readonly PlainObject[],
  bases: readonly string[],
  homes: Homes,
  level: Level,
): Written | undefined {
  const leads = new Map<string, string | Written>()
  const steps: WrittenStep[] = []
  for (const properties of fields) {
    for (const name in properties) {
      const field = properties[name]
      const to = leadOf(field, homes, level)
      const known = leads.get(name)
      if (to === undefined || (known !== undefined && (known !== LEADS_NOWHERE || to !== LEADS_NOWHERE)))
        return undefined
      if (fields.length > 1) leads.set(name, to)
      if (to !== LEADS_NOWHERE)
        steps.push({ tokens: [name], path: ['properties', name], field: mayBeHidden(field) ? field : undefined, to })
    }
  }
  if (steps.length === 0 && bases.length === 0) return LEADS_NOWHERE
  // In the order in which a record that is read is walked.
  return { steps: steps.sort((one, other) => ((one.tokens[0] ?? '') < (other.tokens[0] ?? '') ? -1 : 1)), bases }
}

/** A record that takes over others, all of them written alike in both releases; or anything else that leads nowhere then. */
function mergedOf(schema: PlainObject, homes: Homes, level: Level): Written | undefined {
  const parts: Parts = { fields: [], bases: new Set(), isRecord: true }
  if (!takeOver(schema, homes, parts)) return undefined
  const isTaken = level === 'field of what a field takes over'
  if (isTaken && parts.fields.length > 0) return undefined
  const below = level === 'field' ? 'field of what a field takes over' : level
  const made = recordOf(parts.fields, [...parts.bases], homes, below)
  return made === undefined || parts.isRecord || made.steps.length === 0 ? made : undefined
}

/** What is taken over; `isRecord` is false where fields that lead on would not be met, or be closed out. */
type Parts = { readonly fields: PlainObject[]; readonly bases: Set<string>; isRecord: boolean }

function takeOver(schema: unknown, homes: Homes, parts: Parts): boolean {
  if (!isPlainObject(schema)) return false
  const { $ref, allOf, properties, additionalProperties } = schema
  if ($ref !== undefined) {
    const name = targetAt($ref, homes)?.name
    // What takes over itself, or the same twice, or one after another without end, is read.
    if (name === undefined || parts.bases.has(name) || !homes.equal.has(name)) return false
    if (parts.bases.size >= MAX_DEPTH) return false
    parts.bases.add(name)
    if (!takeOver(member(homes.schemas, name), homes, parts)) return false
  }
  if (!isPlain(schema)) return false
  if (schema.items !== undefined) return false
  const { type } = schema
  const isOpen = additionalProperties === undefined || additionalProperties === true
  if ((type !== undefined && type !== 'object') || schema.enum !== undefined || schema.const !== undefined || !isOpen)
    parts.isRecord = false
  if (properties !== undefined) {
    if (!isPlainObject(properties)) return false
    parts.fields.push(properties)
  }
  return allOf === undefined || (Array.isArray(allOf) && allOf.every((inner) => takeOver(inner, homes, parts)))
}

/** A definition or null, whatever else is told about that. */
function nullableOf(schema: PlainObject, homes: Homes): Written | undefined {
  if (schema.nullable !== true) return undefined
  const to = targetOf(schema, homes, BESIDE_NULL)
  return to === undefined ? undefined : chosen([to.name])
}

/** What is told of a field that may be null stands beside the choice of null. */
const BESIDE_NULL: ReadonlySet<string> = new Set(['nullable', 'default', 'deprecated'])

const CHOOSING = new Set(['anyOf', 'oneOf', 'nullable', 'discriminator', 'default', 'deprecated'])

/** A choice of any of several branches, each of them a definition or something that leads nowhere, and nothing beside it. */
function choiceOf(schema: PlainObject, homes: Homes, level: Level): Written | undefined {
  for (const keyword in schema) {
    if (!CHOOSING.has(keyword) && !isSaid(keyword)) return undefined
  }
  const { anyOf, oneOf } = schema
  if (anyOf !== undefined && oneOf !== undefined) return undefined
  const branches = anyOf ?? oneOf
  if (!Array.isArray(branches) || branches.length === 0) return undefined
  if (branches.length === 1) return nullableOf(schema, homes)
  // Exactly one of several is more than any of them, unless a field says which is meant.
  if (anyOf === undefined && !isDiscriminated(schema)) return undefined
  const targets: string[] = []
  let others = 0
  for (const branch of branches) {
    const target = targetOf(branch, homes)
    if (target?.isNull === true) return undefined
    if (target !== undefined) targets.push(target.name)
    else if (writtenOf(branch, homes, level) !== LEADS_NOWHERE) return undefined
    if (target !== undefined || !isNull(branch)) others += 1
  }
  if (targets.length === 0) return LEADS_NOWHERE
  // A choice of null and of one definition is that, or null; twice null is more than anybody writes.
  if (others === 1 && (schema.nullable === true || branches.length > 2)) return undefined
  return chosen(targets)
}

function chosen(targets: readonly string[]): Written {
  return { steps: targets.map((to) => ({ tokens: [], path: ['anyOf', to], field: undefined, to })), bases: [] }
}

function isDiscriminated({ discriminator }: PlainObject): boolean {
  return typeof discriminator === 'string' || typeof member(discriminator, 'propertyName') === 'string'
}

function isNull(schema: unknown): boolean {
  const type = member(schema, 'type')
  return type === 'null' || (Array.isArray(type) && type.every((entry) => entry === 'null'))
}

const LEADS_NOWHERE: Written = { steps: [], bases: [] }

function isFlat(keyword: string): boolean {
  return FLAT.has(keyword) || (keyword.startsWith('x-') && keyword !== 'x-nullable')
}

function isSaid(keyword: string): boolean {
  return SAID.has(keyword) || (keyword.startsWith('x-') && keyword !== 'x-nullable')
}

/** The definition that a schema is nothing but a reference to, itself or by the one thing that it takes over or lets choose. */
function targetOf(schema: unknown, homes: Homes, beside?: ReadonlySet<string>): Target | undefined {
  let current = schema
  for (let rounds = 0; rounds < 10; rounds += 1) {
    if (!isPlainObject(current)) return undefined
    let only: string | undefined
    for (const keyword in current) {
      if (isSaid(keyword) || (current === schema && beside?.has(keyword) === true)) continue
      if (only !== undefined) return undefined
      only = keyword
    }
    if (only === '$ref') return targetAt(current.$ref, homes)
    const branches = only === 'allOf' || only === 'anyOf' || only === 'oneOf' ? current[only] : undefined
    if (!Array.isArray(branches) || branches.length !== 1) return undefined
    current = branches[0]
  }
  return undefined
}

function targetAt(reference: unknown, homes: Homes): Target | undefined {
  if (typeof reference !== 'string') return undefined
  const known = homes.met.get(reference)
  if (known !== undefined || homes.met.has(reference)) return known
  const found = lookUp(reference, homes)
  homes.met.set(reference, found)
  return found
}

function lookUp(reference: string, { home, schemas, after }: Homes): Target | undefined {
  const name = reference.startsWith(home) ? reference.slice(home.length) : ''
  const both = [member(schemas, name), member(after, name)]
  if (/[/%~]/.test(name) || both.includes(undefined)) return undefined
  return { name, isNull: both.some(isNull) }
}

/** Asks whether a field is left out of what is sent, or read; each definition that fields refer to is asked once. */
function hiddenIn(content: unknown): (field: unknown, to: string | Written, isSent: boolean) => boolean {
  const schemas = definitionsOf(content)?.schemas
  const [sent, read] = [new Map<string, boolean>(), new Map<string, boolean>()]
  return (field, to, isSent) => {
    const flag = isSent ? 'readOnly' : 'writeOnly'
    if (typeof to !== 'string' || member(field, '$ref') === undefined) return isFlaggedIn(content, field, flag)
    // Such a field is nothing but a reference.
    const known = isSent ? sent : read
    const found = known.get(to) ?? isFlaggedIn(content, member(schemas, to), flag)
    known.set(to, found)
    return found
  }
}

/** Whether two JSON values are equal, members in any order. What nests too deeply is not, so that it is read and refused. */
function isEqual(one: unknown, other: unknown, depth: number): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isEqual(item, other[index], depth + 1))
    )
  }
  if (!isPlainObject(one) || !isPlainObject(other)) return false
  let left = 0
  for (const key in one) {
    left += 1
    const value = one[key]
    const counterpart = other[key]
    // Most members are texts, and equal: no call for them.
    if (value === counterpart && value !== undefined && key !== '__proto__') continue
    // A member that only one has is undefined in the other, but for the one name that everything has.
    if (key === '__proto__' && !Object.hasOwn(other, key)) return false
    if (!isEqual(value, counterpart, depth + 1)) return false
  }
  for (const _key in other) left -= 1
  return left === 0
}
