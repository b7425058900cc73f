import type { JsonSchemaObject } from '../model/schema.ts'
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

/**
 * Odoo's `fields_get` of several models in one document: `{ product: "odoo", release, models: { MODEL: { FIELD: … } } }`.
 * Odoo answers `false` for an empty field of any type, which is written down here as null.
 */
export default defineSchemaSource({
  title: 'Odoo fields_get',
  recognizes: (document) => topLevel(document).get('product') === 'odoo' && topLevel(document).has('models'),
  read: (document) => {
    const content = readJson(document)
    const models = member(content, 'models')
    if (!isPlainObject(models)) return refuse(document, ['models'], 'expected an object of models.')
    const release = textMember(content, 'release')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'odoo-fields-get',
        product: 'odoo',
        ...(release === undefined ? {} : { release }),
        inferred: false,
      },
      resources: objectOf(
        sortedEntries(models).map(([model, fields]) => {
          const place = ['models', model]
          if (!isPlainObject(fields)) return refuse(document, place, 'expected an object of fields.')
          const listed = sortedEntries(fields).map(([name, field]) => fieldOf(document, [...place, name], name, field))
          return [model, recordOf(listed, { position: `/models/${model}` })]
        }),
      ),
      definitions: {},
    }
  },
})

function fieldOf(document: SchemaDocument, place: readonly string[], name: string, field: unknown): Field {
  const type = textMember(field, 'type')
  if (!isPlainObject(field) || type === undefined) return refuse(document, place, 'the field has no type.')
  const isRequired = member(field, 'required') === true
  const isReadOnly = member(field, 'readonly') === true
  const schema = typeSchema(field, type)
  const isNever = isRequired || type === 'boolean' || type === 'one2many' || type === 'many2many'
  return {
    name,
    schema: {
      ...(isNever ? schema : orNull(schema)),
      'x-erp-type': type,
      ...(member(field, 'company_dependent') === true ? { 'x-conditions': '"company_dependent"' } : {}),
    },
    isReadOnly,
    isRequired,
    title: textMember(field, 'string'),
  }
}

function typeSchema(field: PlainObject, type: string): JsonSchemaObject {
  const relation = textMember(field, 'relation')
  const related = relation === undefined ? {} : { 'x-relation': relation }
  switch (type) {
    case 'char':
    case 'text':
    case 'html': {
      const size = member(field, 'size')
      return { type: 'string', ...(typeof size === 'number' ? { maxLength: size } : {}) }
    }
    case 'integer':
    case 'many2one_reference':
      return { type: 'integer', ...related }
    case 'float':
    case 'monetary': {
      const digits = member(field, 'digits')
      return { type: 'number', ...(Array.isArray(digits) ? { 'x-scale': digits[1] ?? null } : {}) }
    }
    case 'boolean':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'datetime':
      return { type: 'string', format: 'date-time' }
    case 'selection': {
      const selection = member(field, 'selection')
      if (!Array.isArray(selection)) return { type: 'string' }
      const titles = selection.flatMap((entry): [string, string][] =>
        Array.isArray(entry) && typeof entry[0] === 'string' ? [[entry[0], String(entry[1])]] : [],
      )
      return { type: 'string', enum: titles.map(([code]) => code).sort(), 'x-enum-titles': objectOf(titles) }
    }
    case 'many2one':
      return { type: 'integer', ...related }
    case 'one2many':
    case 'many2many':
      return { type: 'array', items: { type: 'integer' }, ...related }
    case 'binary':
    case 'image':
      return { type: 'string', contentEncoding: 'base64' }
    case 'reference':
      return { type: 'string', format: 'reference' }
    case 'json':
    case 'properties':
      return { type: 'object' }
    default:
      return {}
  }
}
