import { canonicalJson, isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { FieldValues } from './structure/recorded-values.ts'

/** One document as each of two releases stored it. */
export type StoredTwice = Readonly<{ old: Json; new: Json }>

/** The resource that a field leads to, if it leads to one. */
type Relation = (resource: string, field: string) => string | undefined

/** So many documents are evidence enough; more would only be held in memory. */
const MOST_DOCUMENTS = 200

/**
 * What the same documents carry in the fields of a resource in each of two releases, in the same order: evidence for a field
 * that has another name. The documents are read when somebody asks.
 */
export function storedValues(
  documents: Iterable<StoredTwice>,
  documentResource: string,
  relations: Readonly<Record<'old' | 'new', Relation>>,
): FieldValues {
  let read: Values | undefined
  return (side, resource, pointer) => {
    read ??= valuesOf(documents, documentResource, relations)
    return read[side].get(`${resource} ${pointer.slice(1)}`)
  }
}

type Values = Readonly<Record<'old' | 'new', Map<string, string[]>>>

function valuesOf(
  documents: Iterable<StoredTwice>,
  documentResource: string,
  relations: Readonly<Record<'old' | 'new', Relation>>,
): Values {
  const values: Values = { old: new Map(), new: new Map() }
  let left = MOST_DOCUMENTS
  for (const document of documents) {
    for (const side of ['old', 'new'] as const) {
      const found = fieldsOf(document[side], documentResource, relations[side])
      for (const [field, texts] of found) append(values[side], field, texts)
    }
    left -= 1
    if (left === 0) break
  }
  return values
}

function append(values: Map<string, string[]>, field: string, found: readonly string[]): void {
  const known = values.get(field)
  if (known === undefined) values.set(field, [...found])
  else known.push(...found)
}

/** Every field of a document and of the records in it, by resource and name, with its values in order. */
function fieldsOf(
  document: Json,
  documentResource: string,
  relation: Relation,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const visit = (record: Json, resource: string): void => {
    if (isJsonArray(record)) for (const item of record) visit(item, resource)
    else if (isJsonObject(record)) {
      for (const [field, value] of Object.entries(record)) {
        append(found, `${resource} ${field}`, [canonicalJson(value)])
        const below = relation(resource, field)
        if (below !== undefined) visit(value, below)
      }
    }
  }
  visit(document, documentResource)
  return found
}
