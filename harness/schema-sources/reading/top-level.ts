import type { SchemaDocument } from '../../ports/schema-source.ts'
import { outlineOf } from './outline.ts'

/**
 * The members of the outermost object of a JSON document: name, and value where it is a text. Every schema source asks and at
 * most one reads. Empty when the document is not a JSON object.
 */
export function topLevel(document: SchemaDocument): ReadonlyMap<string, string> {
  return outlineOf(document).members
}
