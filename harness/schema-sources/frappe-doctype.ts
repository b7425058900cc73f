import type { JsonSchemaObject } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { type Field, orNull, recordOf } from './reading/fields.ts'
import { isPlainObject, member, objectOf, type PlainObject, readJson, refuse, textMember } from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'

/** Fields that only arrange a form. */
const LAYOUT = new Set(['Section Break', 'Column Break', 'Tab Break', 'HTML', 'Button', 'Heading', 'Fold', 'Image'])

/**
 * Frappe and ERPNext DocTypes: one, as `/api/resource/DocType/NAME` answers it, or several as `getdoctype` does (`docs`).
 * Custom fields and property setters of the same answer are applied, since they are what the site really has.
 */
export default defineSchemaSource({
  title: 'Frappe DocType',
  recognizes: (document) => {
    const members = topLevel(document)
    return (
      (members.get('doctype') === 'DocType' && members.has('fields')) ||
      ((members.has('docs') || members.has('data')) && /"doctype"\s*:\s*"DocType"|"fieldname"\s*:/.test(document.text))
    )
  },
  read: (document) => {
    const content = readJson(document)
    const listed = member(content, 'docs') ?? member(content, 'data') ?? content
    const all = (Array.isArray(listed) ? listed : [listed]).filter(isPlainObject)
    const types = all.filter((entry) => Array.isArray(member(entry, 'fields')))
    if (types.length === 0) return refuse(document, [], 'there is no DocType with fields.')
    const release = textMember(content, 'release')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'frappe-doctype',
        product: 'frappe',
        ...(release === undefined ? {} : { release }),
        inferred: false,
      },
      resources: objectOf(
        types
          .map((type, index) => {
            const name = textMember(type, 'name')
            if (name === undefined) return refuse(document, ['docs', String(index)], 'the DocType has no name.')
            return [name, recordOf(fieldsOf(document, type, all, name), { position: `/docs/${index}` })] as const
          })
          .sort(([left], [right]) => (left < right ? -1 : 1)),
      ),
      definitions: {},
    }
  },
})

function fieldsOf(
  document: SchemaDocument,
  type: PlainObject,
  all: readonly PlainObject[],
  owner: string,
): readonly Field[] {
  const custom = all.filter((entry) => entry.doctype === 'Custom Field' && entry.dt === owner)
  const setters = all.filter((entry) => entry.doctype === 'Property Setter' && entry.doc_type === owner)
  const own = member(type, 'fields')
  const rows = [...(Array.isArray(own) ? own : []), ...custom].filter(isPlainObject)
  return rows.flatMap((row, index): Field[] => {
    const name = textMember(row, 'fieldname')
    const changes = setters.filter((entry) => entry.field_name === name)
    const field: PlainObject = {
      ...row,
      ...objectOf(changes.map((entry) => [String(entry.property), entry.value] as const)),
    }
    const kind = textMember(field, 'fieldtype')
    if (kind === undefined) return refuse(document, ['fields', String(index)], 'the field has no fieldtype.')
    if (LAYOUT.has(kind) || name === undefined || name === '') return []
    const isRequired = isSet(field.reqd)
    const schema = typeSchema(field, kind)
    const isNever = isRequired || kind === 'Check' || kind === 'Table' || kind === 'Table MultiSelect'
    const preset = textMember(field, 'default')
    const conditions = ['mandatory_depends_on', 'read_only_depends_on'].flatMap((keyword) => {
      const condition = textMember(field, keyword)
      return condition === undefined || condition === '' ? [] : [[keyword, condition] as const]
    })
    return [
      {
        name,
        schema: {
          ...(isNever ? schema : orNull(schema)),
          'x-erp-type': kind,
          ...(preset === undefined || preset === '' ? {} : { default: preset }),
          ...(conditions.length === 0 ? {} : { 'x-conditions': JSON.stringify(objectOf(conditions)) }),
          ...(isSet(field.set_only_once) ? { 'x-create-only': true } : {}),
        },
        isReadOnly: isSet(field.read_only) || isSet(field.is_virtual),
        isRequired,
        title: textMember(field, 'label'),
      },
    ]
  })
}

function isSet(value: unknown): boolean {
  return value === 1 || value === true || value === '1'
}

function typeSchema(field: PlainObject, kind: string): JsonSchemaObject {
  const options = textMember(field, 'options') ?? ''
  const length = Number(member(field, 'length') ?? 0)
  const limit = length > 0 ? { maxLength: length } : {}
  const precision = Number(member(field, 'precision') ?? Number.NaN)
  const scale = textMember(field, 'precision') !== '' && Number.isInteger(precision) ? { 'x-scale': precision } : {}
  switch (kind) {
    case 'Data':
    case 'Small Text':
    case 'Autocomplete':
    case 'Phone':
      return { type: 'string', ...(kind === 'Data' ? { maxLength: length > 0 ? length : 140 } : limit) }
    case 'Int':
    case 'Long Int':
      return { type: 'integer' }
    case 'Float':
    case 'Currency':
    case 'Percent':
    case 'Rating':
    case 'Duration':
      return { type: 'number', ...scale }
    case 'Check':
      return { type: 'integer', enum: [0, 1] }
    case 'Date':
      return { type: 'string', format: 'date' }
    case 'Datetime':
      return { type: 'string', format: 'date-time' }
    case 'Time':
      return { type: 'string', format: 'time' }
    case 'Select': {
      const values = options.split('\n').map((value) => value.trim())
      return values.filter(Boolean).length === 0
        ? { type: 'string' }
        : { type: 'string', enum: [...new Set(values)].sort() }
    }
    case 'Link':
      return { type: 'string', maxLength: length > 0 ? length : 140, 'x-relation': options }
    case 'Table':
    case 'Table MultiSelect':
      return { type: 'array', items: { type: 'object' }, 'x-relation': options }
    case 'Dynamic Link':
      return { type: 'string', maxLength: 140 }
    case 'JSON':
      return {}
    default:
      return { type: 'string', ...limit }
  }
}
