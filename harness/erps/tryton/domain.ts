import { compareDecimals } from '../../base/decimal.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, jsonNumber, sameJson } from '../../base/json.ts'
import { canonicalValue } from './fields.ts'

/** Reads the value of a field, following dots (`party.code`); `undefined` when the model has no such field. */
export type FieldReader = (field: string) => Json | undefined

/** A field that a domain names and the model does not have; Tryton answers it with a bare KeyError. */
export class UnknownField extends Error {
  readonly field: string
  constructor(field: string) {
    super(field)
    this.name = 'UnknownField'
    this.field = field
  }
}

/** An operator that the virtual ERP does not simulate: it says so and never guesses. */
export class UnknownOperator extends Error {}

/** Whether a record satisfies a Tryton domain. Throws `UnknownField` or `UnknownOperator`. */
export function satisfies(domain: Json, read: FieldReader): boolean {
  if (!isJsonArray(domain)) return true
  const [first, operator, operand] = domain
  if (typeof first === 'string' && typeof operator === 'string' && first !== 'AND' && first !== 'OR') {
    return clause(first, operator, operand ?? null, read)
  }
  const parts = first === 'AND' || first === 'OR' ? domain.slice(1) : domain
  return first === 'OR' ? parts.some((part) => satisfies(part, read)) : parts.every((part) => satisfies(part, read))
}

/** The fields of a domain and how each is compared, wherever they stand. */
export function clausesOf(domain: Json): readonly Readonly<{ field: string; operator: string }>[] {
  if (!isJsonArray(domain)) return []
  const [field, operator] = domain
  if (typeof field === 'string' && typeof operator === 'string' && field !== 'AND' && field !== 'OR') {
    return [{ field, operator }]
  }
  return domain.flatMap(clausesOf)
}

/** Whether an operator is simulated. */
export function isKnownOperator(operator: string): boolean {
  return ['=', '!=', 'in', 'not in', '<', '<=', '>', '>=', 'like', 'ilike'].includes(operator)
}

/** Whether a domain names a field anywhere. */
export function mentions(domain: Json, field: string): boolean {
  return isJsonArray(domain) && (domain[0] === field || domain.some((part) => mentions(part, field)))
}

function clause(field: string, operator: string, operand: Json, read: FieldReader): boolean {
  const found = read(field)
  if (found === undefined) throw new UnknownField(field)
  const value = comparable(found)
  const wanted = comparable(operand)
  switch (operator) {
    case '=':
      return same(value, wanted)
    case '!=':
      return !same(value, wanted)
    case 'in':
      return isJsonArray(wanted) && wanted.some((item) => same(value, item))
    case 'not in':
      return isJsonArray(wanted) && !wanted.some((item) => same(value, item))
    case '<':
      return order(value, wanted) < 0
    case '<=':
      return order(value, wanted) <= 0
    case '>':
      return order(value, wanted) > 0
    case '>=':
      return order(value, wanted) >= 0
    case 'like':
      return like(value, wanted, false)
    case 'ilike':
      return like(value, wanted, true)
    default:
      throw new UnknownOperator(`${field} ${operator}`)
  }
}

function same(value: Json, wanted: Json): boolean {
  // Tryton strips the operand as it strips what it stores, so a padded text finds the trimmed one.
  if (typeof value === 'string' && typeof wanted === 'string') return value === wanted || value === wanted.trim()
  return (
    sameJson(value, wanted) || (typeof value === 'boolean' && isJsonNumber(wanted) && value === (wanted.value !== '0'))
  )
}

/** A value of the wire as it is compared: decimals as numbers, dates as text. */
export function comparable(value: Json): Json {
  if (isJsonArray(value)) return value.map(comparable)
  const plain = isJsonObject(value) ? canonicalValue(value, 'unknown') : value
  const isDecimal = isJsonObject(value) && value.__class__ === 'Decimal' && typeof plain === 'string'
  return isDecimal && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(plain) ? jsonNumber(plain) : plain
}

/** Negative, zero or positive; NaN, which satisfies no comparison, when either side is empty. */
export function order(value: Json, wanted: Json): number {
  if (isJsonNumber(value) && isJsonNumber(wanted)) return compareDecimals(value.value, wanted.value)
  if (typeof value === 'string' && typeof wanted === 'string') return value < wanted ? -1 : value > wanted ? 1 : 0
  return Number.NaN
}

function like(value: Json, wanted: Json, ignoreCase: boolean): boolean {
  if (typeof value !== 'string' || typeof wanted !== 'string') return false
  const pattern = wanted
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${pattern}$`, ignoreCase ? 'isu' : 'su').test(value)
}
