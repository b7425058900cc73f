import type { ErpResource, JsonSchemaObject } from '../../model/schema.ts'
import { objectOf } from './text.ts'

/** One field of a record, as the formats that list fields describe it. */
export type Field = Readonly<{
  name: string
  schema: JsonSchemaObject
  /** Left out of what is sent. */
  isReadOnly?: boolean
  /** Left out of what is read. */
  isWriteOnly?: boolean
  isRequired?: boolean
  title?: string | undefined
  isDeprecated?: boolean
}>

/** A record of listed fields. Such ERPs refuse, or drop, what they do not list, so the record is closed. */
export function recordOf(
  fields: readonly Field[],
  more: Readonly<{ title?: string | undefined; position: string }>,
): ErpResource {
  const sorted = [...fields].sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
  const schemaOf = (field: Field): readonly [string, JsonSchemaObject] => [
    field.name,
    {
      ...field.schema,
      ...(field.title === undefined || field.title === '' ? {} : { 'x-title': field.title }),
      ...(field.isDeprecated === true ? { deprecated: true } : {}),
      ...(field.isReadOnly === true ? { 'x-read-only': true } : {}),
    },
  ]
  const sent = sorted.filter((field) => field.isReadOnly !== true)
  const read = sorted.filter((field) => field.isWriteOnly !== true)
  const readOnly = sorted.filter((field) => field.isReadOnly === true).map((field) => field.name)
  const required = sent.filter((field) => field.isRequired === true).map((field) => field.name)
  return {
    ...(more.title === undefined ? {} : { title: more.title }),
    send: {
      type: 'object',
      properties: objectOf(sent.map(schemaOf)),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
      ...(readOnly.length > 0 ? { 'x-read-only-names': readOnly } : {}),
    },
    read: { type: 'object', properties: objectOf(read.map(schemaOf)), additionalProperties: false },
    position: more.position,
  }
}

/** The schema with null allowed. */
export function orNull(schema: JsonSchemaObject): JsonSchemaObject {
  const { type, enum: values } = schema
  if (typeof type !== 'string') return schema
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  }
}
