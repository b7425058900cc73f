import { Big } from 'big.js'
import { type Flat, type Flattener, itemSchemas, matches, memberSchemas } from './flat.ts'
import { dataText, isObject, type JsonType } from './space.ts'

/** Whether a schema accepts a value; `unclear` where a rule could not be evaluated. */
export type Acceptance = 'accepted' | 'refused' | 'unclear'

const MAX_LEVEL = 60

/** Evaluates a value against a flat. Formats are not evaluated, so a value with a format is never more than `unclear`. */
export function acceptanceOf(value: unknown, flat: Flat, flattener: Flattener, level = 0): Acceptance {
  if (level > MAX_LEVEL) return 'unclear'
  if (flat.never || !typesOf(value).some((type) => flat.types.has(type))) return 'refused'
  if (flat.values !== undefined) {
    const text = dataText(value, false)
    if (!flat.values.some((entry) => dataText(entry, false) === text)) return 'refused'
  }
  const verdicts: Acceptance[] = [...scalarVerdicts(value, flat)]
  const check = (inner: unknown, schemas: Parameters<Flattener['flat']>[1]) =>
    schemas.length === 0 ? 'accepted' : acceptanceOf(inner, flattener.flat(flat.side, schemas), flattener, level + 1)
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      verdicts.push(check(item, itemSchemas(flat, index)))
    })
    for (const wanted of flat.contains) {
      const found = value.map((item) => check(item, [wanted.schema]))
      const sure = found.filter((verdict) => verdict === 'accepted').length
      const perhaps = found.filter((verdict) => verdict === 'unclear').length
      verdicts.push(between(sure, sure + perhaps, wanted.min, wanted.max))
    }
  }
  if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const least = check(inner, memberSchemas(flat.members, name, 'least'))
      const most = check(inner, memberSchemas(flat.members, name, 'most'))
      verdicts.push(least === most ? least : 'unclear')
      for (const schema of flat.names) verdicts.push(check(name, [schema]))
      for (const [trigger, schema] of flat.dependentSchemas) if (trigger === name) verdicts.push(check(value, [schema]))
      for (const need of flat.dependentRequired.get(name) ?? [])
        if (!Object.hasOwn(value, need)) verdicts.push('refused')
    }
    for (const name of flat.required) if (!Object.hasOwn(value, name)) verdicts.push('refused')
  }
  for (const choice of flat.choices) {
    const found = choice.branches.map((branch) =>
      acceptanceOf(value, flattener.branch(flat, choice, [branch]), flattener, level + 1),
    )
    const sure = found.filter((verdict) => verdict === 'accepted').length
    const perhaps = found.filter((verdict) => verdict === 'unclear').length
    verdicts.push(between(sure, sure + perhaps, 1, choice.kind === 'one' ? 1 : Number.POSITIVE_INFINITY))
  }
  for (const schema of flat.nots) verdicts.push(opposite(check(value, [schema])))
  for (const entry of flat.conditionals) {
    const applies = check(value, [entry.condition])
    if (applies === 'unclear') {
      const both = [check(value, [entry.whenTrue]), check(value, [entry.whenFalse])]
      verdicts.push(both.every((verdict) => verdict === 'accepted') ? 'accepted' : 'unclear')
    } else verdicts.push(check(value, [applies === 'accepted' ? entry.whenTrue : entry.whenFalse]))
  }
  if (flat.opaque.length > 0) verdicts.push('unclear')
  if (verdicts.includes('refused')) return 'refused'
  return verdicts.includes('unclear') ? 'unclear' : 'accepted'
}

function* scalarVerdicts(value: unknown, flat: Flat): Generator<Acceptance> {
  const within = (size: number, min: number, max: number): Acceptance =>
    size >= min && size <= max ? 'accepted' : 'refused'
  const { limits } = flat
  if (typeof value === 'string') {
    if (limits.minLength > 0 || limits.maxLength < Number.POSITIVE_INFINITY) {
      yield within([...value].length, limits.minLength, limits.maxLength)
    }
    for (const pattern of flat.patterns) {
      const found = matches(pattern, value)
      yield found === undefined ? 'unclear' : found ? 'accepted' : 'refused'
    }
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = flat
    if (minimum && (minimum.exclusive ? value <= minimum.value : value < minimum.value)) yield 'refused'
    if (maximum && (maximum.exclusive ? value >= maximum.value : value > maximum.value)) yield 'refused'
    for (const step of flat.multiples) {
      if (step <= 0) yield 'unclear'
      else yield new Big(value).mod(new Big(step)).eq(0) ? 'accepted' : 'refused'
    }
  }
  if ((typeof value === 'string' || typeof value === 'number') && flat.formats.size > 0) yield 'unclear'
  if (Array.isArray(value)) {
    yield within(value.length, limits.minItems, limits.maxItems)
    if (flat.unique && new Set(value.map((item) => dataText(item, false))).size < value.length) yield 'refused'
  }
  if (isObject(value)) yield within(Object.keys(value).length, limits.minProperties, limits.maxProperties)
}

function typesOf(value: unknown): readonly JsonType[] {
  if (value === null) return ['null']
  if (Array.isArray(value)) return ['array']
  switch (typeof value) {
    case 'boolean':
      return ['boolean']
    case 'string':
      return ['string']
    case 'number':
      return Number.isInteger(value) ? ['number', 'integer'] : ['number']
    default:
      return ['object']
  }
}

function between(least: number, most: number, min: number, max: number): Acceptance {
  if (least >= min && most <= max) return 'accepted'
  return most < min || least > max ? 'refused' : 'unclear'
}

function opposite(verdict: Acceptance): Acceptance {
  if (verdict === 'unclear') return 'unclear'
  return verdict === 'accepted' ? 'refused' : 'accepted'
}
