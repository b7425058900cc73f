import type { JsonSchemaObject } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { type Field, recordOf } from './reading/fields.ts'
import { objectOf, refuse } from './reading/text.ts'
import { attribute, children, type Element, looksLikeXml, readXml } from './reading/xml.ts'

/**
 * Acumatica's endpoint metadata. Every value travels as `{ "value": … }`. The internal field behind each field is kept as
 * `x-maps-to`: it tells a renamed field, and one that kept its name and means something else.
 */
export default defineSchemaSource({
  title: 'Acumatica endpoint metadata',
  recognizes: ({ text }) => looksLikeXml(text, 'Endpoint'),
  read: (document) => {
    const root = readXml(document)
    const entities = root.children.filter((child) => children(child, 'Fields').length > 0)
    if (entities.length === 0) return refuse(document, ['Endpoint'], 'there is no entity with fields.')
    const release = root.attributes.version
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'acumatica-endpoint',
        product: 'acumatica',
        ...(release === undefined ? {} : { release }),
        inferred: false,
        ignored: ['actions'],
      },
      resources: objectOf(
        entities
          .map((entity) => {
            const name = attribute(document, entity, 'name')
            const mappings = mappingsOf(entity)
            const fields = children(entity, 'Fields').flatMap((list) => children(list, 'Field'))
            const position = `/Endpoint/${entity.name}/${name}`
            return [
              name,
              recordOf(
                fields.map((field) => fieldOf(document, field, mappings)),
                { position },
              ),
            ] as const
          })
          .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
      ),
      definitions: {},
    }
  },
})

function mappingsOf(entity: Element): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const list of children(entity, 'Mappings')) {
    for (const mapping of children(list, 'Mapping')) {
      const [to] = children(mapping, 'To')
      if (mapping.attributes.field === undefined || to === undefined) continue
      found.set(mapping.attributes.field, `${to.attributes.object ?? ''}.${to.attributes.field ?? ''}`)
    }
  }
  return found
}

function fieldOf(document: SchemaDocument, field: Element, mappings: ReadonlyMap<string, string>): Field {
  const name = attribute(document, field, 'name')
  const type = attribute(document, field, 'type')
  const target = mappings.get(name)
  return {
    name,
    schema: { ...schemaOf(type), 'x-erp-type': type, ...(target === undefined ? {} : { 'x-maps-to': target }) },
  }
}

const VALUES: Readonly<Record<string, JsonSchemaObject>> = {
  StringValue: { type: ['string', 'null'] },
  CustomStringField: { type: ['string', 'null'] },
  DecimalValue: { type: ['number', 'null'] },
  DoubleValue: { type: ['number', 'null'] },
  IntValue: { type: ['integer', 'null'] },
  LongValue: { type: ['integer', 'null'] },
  ShortValue: { type: ['integer', 'null'] },
  ByteValue: { type: ['integer', 'null'] },
  BooleanValue: { type: ['boolean', 'null'] },
  DateTimeValue: { type: ['string', 'null'], format: 'date-time' },
  GuidValue: { type: ['string', 'null'], format: 'uuid' },
}

function schemaOf(type: string): JsonSchemaObject {
  const value = Object.hasOwn(VALUES, type) ? VALUES[type] : undefined
  if (value !== undefined) return { type: 'object', properties: { value } }
  if (type.endsWith('[]')) return { type: 'array', items: { type: 'object' }, 'x-relation': type.slice(0, -2) }
  return { type: 'object', 'x-relation': type }
}
