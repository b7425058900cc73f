import type { ErpResource, JsonSchemaObject } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { type Field, orNull, recordOf } from './reading/fields.ts'
import {
  isPlainObject,
  member,
  objectOf,
  type PlainObject,
  readJson,
  refuse,
  sortedEntries,
  textMember,
} from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'

/** Oracle Fusion's `describe`: resources with attributes, and child resources below them as `invoices/invoiceLines`. */
export default defineSchemaSource({
  title: 'Oracle Fusion describe',
  recognizes: (document) => topLevel(document).has('Resources') && /"attributes"\s*:/.test(document.text),
  read: (document) => {
    const content = readJson(document)
    const resources = member(content, 'Resources')
    if (!isPlainObject(resources)) return refuse(document, ['Resources'], 'expected an object of resources.')
    const found: [string, ErpResource][] = []
    for (const [name, resource] of sortedEntries(resources)) take(document, found, name, resource, ['Resources', name])
    const release = textMember(content, 'release')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'oracle-describe',
        product: 'oracle-fusion',
        ...(release === undefined ? {} : { release }),
        inferred: false,
        ignored: ['actions', 'finders'],
      },
      resources: objectOf(found),
      definitions: {},
    }
  },
})

function take(
  document: SchemaDocument,
  found: [string, ErpResource][],
  name: string,
  resource: unknown,
  tokens: readonly string[],
): void {
  const attributes = member(resource, 'attributes')
  if (!isPlainObject(resource) || !Array.isArray(attributes))
    refuse(document, tokens, 'expected a resource with attributes.')
  const fields = attributes.map((attribute, index) =>
    fieldOf(document, attribute, [...tokens, 'attributes', String(index)]),
  )
  const children = member(resource, 'children')
  const below = isPlainObject(children) ? sortedEntries(children) : []
  const lists = below.map(
    ([child]): Field => ({
      name: child,
      schema: { type: 'array', items: { type: 'object' }, 'x-relation': `${name}/${child}`, 'x-erp-type': 'child' },
    }),
  )
  const title = textMember(resource, 'title')
  const position = tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  found.push([name, recordOf([...fields, ...lists], { title, position })])
  for (const [child, inner] of below) take(document, found, `${name}/${child}`, inner, [...tokens, 'children', child])
}

function fieldOf(document: SchemaDocument, attribute: unknown, tokens: readonly string[]): Field {
  const name = textMember(attribute, 'name')
  const type = textMember(attribute, 'type')
  if (!isPlainObject(attribute) || name === undefined || type === undefined) {
    return refuse(document, tokens, 'an attribute needs a name and a type.')
  }
  const isRequired = attribute.mandatory === true
  const updatable = attribute.updatable
  const preset = attribute.default ?? attribute.defaultValue
  const schema = typeSchema(attribute, type)
  return {
    name,
    schema: {
      ...(isRequired ? schema : orNull(schema)),
      'x-erp-type': type,
      ...(preset === undefined || preset === null ? {} : { default: preset }),
      ...(attribute.allowChanges === 'inCreate' ? { 'x-create-only': true } : {}),
    },
    isReadOnly: updatable === false || attribute.allowChanges === 'never',
    isRequired,
    title: textMember(attribute, 'title'),
  }
}

function typeSchema(attribute: PlainObject, type: string): JsonSchemaObject {
  const { precision, scale } = attribute
  const lov = member(attribute, 'lov')
  const list = isPlainObject(lov) ? textMember(lov, 'childRef') : undefined
  const listed = list === undefined ? {} : { 'x-selection': list }
  switch (type) {
    case 'string':
      return { type: 'string', ...(typeof precision === 'number' ? { maxLength: precision } : {}), ...listed }
    case 'integer':
    case 'long':
      return { type: 'integer', ...listed }
    case 'number':
    case 'decimal':
      return {
        type: 'number',
        ...(typeof precision === 'number' ? { 'x-precision': precision } : {}),
        ...(typeof scale === 'number' ? { 'x-scale': scale } : {}),
        ...listed,
      }
    case 'boolean':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'datetime':
      return { type: 'string', format: 'date-time' }
    case 'attachment':
      return { type: 'string', contentEncoding: 'base64' }
    default:
      return {}
  }
}
