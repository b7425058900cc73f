import type { JsonSchema } from '../../model/schema.ts'
import { type Flat, itemSchemas, memberSchemas } from './flat.ts'
import { declaredNames } from './keywords.ts'
import { plain } from './likeness.ts'
import { isObject, isSchema, type Side } from './space.ts'

/** What schemas demand together, on one side of a comparison. */
export type Flatten = (side: Side, schemas: readonly JsonSchema[]) => Flat

/** The fields of a record by their name without its spelling, each with the JSON types that it may have. */
export type FieldTypes = ReadonlyMap<string, string>

/** More fields than this tell nothing more about a record. */
const MOST_FIELDS = 400

/** The flat of schemas, without null where they are one that may be null: how a record is told from another one. */
export function flatOf(flatten: Flatten, side: Side, schemas: readonly JsonSchema[]): Flat {
  const [only, ...others] = schemas
  const value = only === undefined || others.length > 0 ? undefined : withoutNull(only)
  return flatten(side, value === undefined ? schemas : [value])
}

function withoutNull(schema: JsonSchema): JsonSchema | undefined {
  if (!isObject(schema) || !Array.isArray(schema.anyOf) || schema.anyOf.length !== 2) return undefined
  const [value, ...others] = schema.anyOf.filter((branch) => !(isObject(branch) && branch.type === 'null'))
  return isSchema(value) && others.length === 0 ? value : undefined
}

/** The fields of a record, or of the rows of a list, and those of the records in it as far down as is asked. */
export function fieldTypes(flatten: Flatten, flat: Flat, depth: number): FieldTypes {
  const found = new Map<string, string>()
  const visit = (at: Flat, prefix: string, left: number): void => {
    const record = at.items.length > 0 && declaredNames(at).size === 0 ? rowOf(flatten, at) : at
    for (const name of declaredNames(record)) {
      if (found.size >= MOST_FIELDS) return
      const field = flatOf(flatten, at.side, memberSchemas(record.members, name, 'least'))
      const key = `${prefix}${plain(name)}`
      found.set(key, typesOf(field).join())
      if (left > 1) visit(field, `${key}/`, left - 1)
    }
  }
  visit(flat, '', depth)
  return found
}

function rowOf(flatten: Flatten, flat: Flat): Flat {
  return flatOf(flatten, flat.side, itemSchemas(flat, 0))
}

/** The JSON types but null: what two fields must share to be one. */
export function typesOf(flat: Flat): readonly string[] {
  return [...flat.types].filter((type) => type !== 'null').sort()
}

/** How many fields two records have in common, by name and type; `weightOf` says how telling one is. */
export function sharedFields(
  one: FieldTypes,
  other: FieldTypes,
  weightOf: (field: string) => number = () => 1,
): Readonly<{ share: number; weight: number; common: number; gone: number; added: number }> {
  let [shared, all, common] = [0, 0, 0]
  for (const [field, types] of one) {
    all += weightOf(field)
    if (other.get(field) !== types) continue
    shared += weightOf(field)
    common += 1
  }
  for (const field of other.keys()) all += weightOf(field)
  return {
    share: all === 0 ? 0 : (2 * shared) / all,
    weight: shared,
    common,
    gone: one.size - common,
    added: other.size - common,
  }
}
