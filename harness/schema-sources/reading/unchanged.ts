import type { JsonSchema, OutlineStep, Unchanged } from '../../model/schema.ts'
import { isFlaggedIn, type Postponed, SENT } from './json-schema.ts'
import { isPlainObject, MAX_DEPTH, member, type PlainObject } from './text.ts'

/** Keywords without schemas in them, which mean the same wherever they stand. */
const FLAT = new Set(
  `type format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems
  uniqueItems minProperties maxProperties enum const default title description deprecated example examples externalDocs
  xml required readOnly writeOnly nullable`.split(/\s+/),
)

/** A definition as written: where it refers to others, and which fields on the way are only read or only sent. */
type Written = Readonly<{ steps: readonly WrittenStep[] }>
type WrittenStep = OutlineStep &
  Readonly<{
    /** The field as it is written, which may be hidden from those who send or read; undefined for items. */
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
  const homes = { ...one, after }
  const written = new Map<string, Written>()
  const equal = new Set<string>()
  for (const name of Object.keys(before)) {
    // The name of what is sent would not tell whose it is.
    if (name.endsWith(SENT)) return undefined
    const then = before[name]
    const now = member(after, name)
    if (isEqual(then, now, 0)) {
      equal.add(name)
      const made = writtenOf(then, homes)
      if (made !== undefined) written.set(name, made)
    } else if (now !== undefined && !hasSameFlags(then, now)) {
      // Whether a field is hidden depends on what it refers to, which is another now.
      return undefined
    }
  }
  return {
    postponed: graphOf(written, old),
    hasBoth: (name) => equal.has(name.endsWith(SENT) ? name.slice(0, -SENT.length) : name),
    isSame: (then, now) => isEqual(then, now, 0),
  }
}

/** Lays the definitions out as a graph, those that are read apart from those that are sent. */
function graphOf(written: ReadonlyMap<string, Written>, content: unknown): Postponed {
  const names = [...written.keys()]
  const numbers = new Map(names.map((name, index) => [name, index]))
  const outside: string[] = []
  const outsideNumbers = new Map<string, number>()
  const targets: number[][] = names.flatMap(() => [[], []])
  const steps: WrittenStep[][] = names.flatMap(() => [[], []])
  const isHidden = hiddenIn(content)
  // What is read of a definition has an even number, what is sent the odd one after it.
  const nodeOf = (name: string, isSent: boolean): number => {
    const known = numbers.get(name)
    if (known !== undefined) return 2 * known + (isSent ? 1 : 0)
    const full = isSent ? `${name}${SENT}` : name
    const found = outsideNumbers.get(full) ?? outside.push(full) - 1
    outsideNumbers.set(full, found)
    return -1 - found
  }
  const fill = (node: number, from: Written, isSent: boolean): void => {
    for (const step of from.steps) {
      const { field, to } = step
      if (field !== undefined && isHidden(field, to, isSent)) continue
      if (typeof to === 'string') targets[node]?.push(nodeOf(to, isSent))
      else {
        const part = targets.push([]) - 1
        steps.push([])
        fill(part, to, isSent)
        // A part that leads nowhere is no part.
        if (targets[part]?.length === 0) {
          targets.pop()
          steps.pop()
          continue
        }
        targets[node]?.push(part)
      }
      steps[node]?.push(step)
    }
  }
  let node = 0
  for (const made of written.values()) {
    fill(node, made, false)
    fill(node + 1, made, true)
    node += 2
  }
  return {
    nodeOf: (name) => {
      const isSent = name.endsWith(SENT)
      const known = numbers.get(isSent ? name.slice(0, -SENT.length) : name)
      return known === undefined ? undefined : 2 * known + (isSent ? 1 : 0)
    },
    nameOf: (node) => {
      const name = names[node >> 1]
      return name === undefined || node >= 2 * names.length ? null : node % 2 === 0 ? name : `${name}${SENT}`
    },
    targets,
    steps,
    outside,
  }
}

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

function hasSameFlags(one: unknown, other: unknown): boolean {
  return ['readOnly', 'writeOnly', '$ref'].every((keyword) => member(one, keyword) === member(other, keyword))
}

/** Undefined when a keyword is more than plain, or malformed: then it is read as always, and refused where it must be. */
function writtenOf(schema: unknown, homes: Home & Readonly<{ after: PlainObject }>): Written | undefined {
  if (!isPlainObject(schema) || schema.$ref !== undefined) return undefined
  for (const keyword in schema) {
    if (keyword === 'properties' || keyword === 'items') continue
    if (keyword === 'additionalProperties' ? typeof schema[keyword] !== 'boolean' : !isFlat(keyword)) return undefined
  }
  if (schema.nullable === true && typeof schema.type !== 'string') return undefined
  const { properties, items } = schema
  if (properties === undefined && items === undefined) return LEADS_NOWHERE
  // A value that is fixed, or of another type, has no members to go to.
  if (schema.enum !== undefined || schema.const !== undefined) return undefined
  const type = properties === undefined ? 'array' : 'object'
  if (schema.type !== undefined && schema.type !== type) return undefined
  const steps: WrittenStep[] = []
  if (items !== undefined) {
    const to = targetOf(items, homes) ?? writtenOf(items, homes)
    if (properties !== undefined || to === undefined) return undefined
    return to === LEADS_NOWHERE ? to : { steps: [{ tokens: ['*'], path: ['items'], field: undefined, to }] }
  }
  if (!isPlainObject(properties)) return undefined
  for (const name in properties) {
    const field = properties[name]
    const to = targetOf(field, homes) ?? writtenOf(field, homes)
    if (to === undefined) return undefined
    if (to !== LEADS_NOWHERE) steps.push({ tokens: [name], path: ['properties', name], field, to })
  }
  // In the order in which a record that is read is walked.
  return steps.length === 0
    ? LEADS_NOWHERE
    : { steps: steps.sort((one, other) => ((one.tokens[0] ?? '') < (other.tokens[0] ?? '') ? -1 : 1)) }
}

const LEADS_NOWHERE: Written = { steps: [] }

function isFlat(keyword: string): boolean {
  return FLAT.has(keyword) || (keyword.startsWith('x-') && keyword !== 'x-nullable')
}

function targetOf(schema: unknown, homes: Home & Readonly<{ after: PlainObject }>): string | undefined {
  const reference = isPlainObject(schema) ? schema.$ref : undefined
  if (!isPlainObject(schema) || typeof reference !== 'string') return undefined
  if (!reference.startsWith(homes.home)) return undefined
  const name = reference.slice(homes.home.length)
  if (/[/%~]/.test(name) || member(homes.schemas, name) === undefined || member(homes.after, name) === undefined)
    return undefined
  for (const keyword in schema) if (keyword !== '$ref' && keyword !== 'description') return undefined
  return name
}

/** Asks whether a field is left out of what is sent, or read; each definition that fields refer to is asked once. */
function hiddenIn(content: unknown): (field: unknown, to: string | Written, isSent: boolean) => boolean {
  const schemas = definitionsOf(content)?.schemas
  const [sent, read] = [new Map<string, boolean>(), new Map<string, boolean>()]
  return (field, to, isSent) => {
    const flag = isSent ? 'readOnly' : 'writeOnly'
    if (typeof to !== 'string') return isFlaggedIn(content, field, flag)
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
