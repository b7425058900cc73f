import type { ErpResource, JsonSchema, JsonSchemaObject } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { orNull } from './reading/fields.ts'
import { objectOf, refuse } from './reading/text.ts'
import { attribute, children, descendants, type Element, looksLikeXml, readXml } from './reading/xml.ts'

/**
 * OData metadata (EDMX) of version 2, as SAP writes it with `sap:` annotations, and version 4, as Business Central and
 * Dynamics 365 do with vocabulary annotations. Every entity set, function and action is a resource; types are definitions.
 */
export default defineSchemaSource({
  title: 'OData EDMX, versions 2 and 4',
  recognizes: ({ text }) => looksLikeXml(text, 'Edmx'),
  read: (document) => {
    const root = readXml(document)
    const model = modelOf(document, root)
    if (model.types.size === 0) return refuse(document, ['Edmx'], 'there is no entity type.')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'odata-edmx',
        inferred: false,
        undeclared: 'refused',
        ignored: ['capabilities other than insert', 'keys'],
      },
      resources: resourcesOf(model),
      definitions: objectOf(
        [...model.types]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .flatMap(([name, type]): [string, JsonSchema][] => [
            [name, typeOf(model, type, 'read')],
            [`${name} (sent)`, typeOf(model, type, 'send')],
          ]),
      ),
    }
  },
})

type Use = 'send' | 'read'

type Model = Readonly<{
  document: SchemaDocument
  isV4: boolean
  /** Entity and complex types by qualified name. */
  types: ReadonlyMap<string, Type>
  enums: ReadonlyMap<string, readonly string[]>
  /** Underlying types of v4 type definitions. */
  aliases: ReadonlyMap<string, Element>
  /** v2: the far end of each association by role. */
  ends: ReadonlyMap<string, ReadonlyMap<string, Readonly<{ type: string; isMany: boolean }>>>
  containers: readonly Element[]
  schemas: readonly Element[]
  /** v4 annotations that stand apart from what they are about, by target. */
  annotations: ReadonlyMap<string, readonly Element[]>
}>

type Type = Readonly<{ name: string; element: Element; keys: ReadonlySet<string> }>

function modelOf(document: SchemaDocument, root: Element): Model {
  const schemas = descendants(root, 'Schema')
  const types = new Map<string, Type>()
  const enums = new Map<string, readonly string[]>()
  const aliases = new Map<string, Element>()
  const ends = new Map<string, Map<string, { type: string; isMany: boolean }>>()
  const annotations = new Map<string, Element[]>()
  for (const schema of schemas) {
    const namespace = schema.attributes.Namespace ?? ''
    const names = [namespace, ...(schema.attributes.Alias === undefined ? [] : [schema.attributes.Alias])]
    for (const element of schema.children) {
      const name = element.attributes.Name
      const qualified = `${namespace}.${name}`
      if (element.name === 'EntityType' || element.name === 'ComplexType') {
        const keys = descendants(element, 'PropertyRef').flatMap((key) => key.attributes.Name ?? [])
        types.set(qualified, { name: qualified, element, keys: new Set(keys) })
      } else if (element.name === 'EnumType') {
        enums.set(
          qualified,
          children(element, 'Member').map((member) => attribute(document, member, 'Name')),
        )
      } else if (element.name === 'TypeDefinition') aliases.set(qualified, element)
      else if (element.name === 'Association') {
        const roles = new Map<string, { type: string; isMany: boolean }>()
        for (const end of children(element, 'End')) {
          roles.set(end.attributes.Role ?? '', {
            type: end.attributes.Type ?? '',
            isMany: end.attributes.Multiplicity === '*',
          })
        }
        ends.set(qualified, roles)
      } else if (element.name === 'Annotations') {
        const target = element.attributes.Target ?? ''
        const full = names.slice(1).some((alias) => target.startsWith(`${alias}.`))
          ? namespace + target.slice(target.indexOf('.'))
          : target
        annotations.set(full, [...(annotations.get(full) ?? []), ...children(element, 'Annotation')])
      }
    }
  }
  const version = root.attributes.Version ?? ''
  return {
    document,
    isV4: version.startsWith('4'),
    types,
    enums,
    aliases,
    ends,
    containers: schemas.flatMap((schema) => children(schema, 'EntityContainer')),
    schemas,
    annotations,
  }
}

function resourcesOf(model: Model): Readonly<Record<string, ErpResource>> {
  const resources: [string, ErpResource][] = []
  const sets = model.containers.flatMap((container) => [
    ...children(container, 'EntitySet'),
    ...children(container, 'Singleton'),
  ])
  for (const set of sets) {
    const name = attribute(model.document, set, 'Name')
    const type = resolveName(model, set.attributes.EntityType ?? set.attributes.Type ?? '')
    if (!model.types.has(type)) refuse(model.document, ['EntityContainer', name], `there is no entity type "${type}".`)
    const isCreatable = set.attributes['sap:creatable'] !== 'false' && isInsertable(model, set, name)
    const title = set.attributes['sap:label'] ?? model.types.get(type)?.element.attributes['sap:label']
    resources.push([
      name,
      {
        ...(title === undefined ? {} : { title }),
        ...(isCreatable ? { send: { $ref: `#/definitions/${type} (sent)` } } : {}),
        read: { $ref: `#/definitions/${type}` },
        position: `/EntityContainer/${name}`,
      },
    ])
  }
  if (sets.length === 0) {
    for (const [name, type] of model.types) {
      if (type.element.name !== 'EntityType') continue
      resources.push([
        name.slice(name.lastIndexOf('.') + 1),
        {
          send: { $ref: `#/definitions/${name} (sent)` },
          read: { $ref: `#/definitions/${name}` },
          position: `/${name}`,
        },
      ])
    }
  }
  const functions = model.containers.flatMap((container) => children(container, 'FunctionImport'))
  for (const entry of model.isV4 ? [] : functions) resources.push(callOf(model, entry, 'function'))
  for (const schema of model.schemas) {
    for (const entry of children(schema, 'Action')) resources.push(callOf(model, entry, 'action'))
    for (const entry of children(schema, 'Function')) resources.push(callOf(model, entry, 'function'))
  }
  return objectOf(resources.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)))
}

function isInsertable(model: Model, set: Element, name: string): boolean {
  const outside = [...model.annotations].filter(([target]) => target.endsWith(`/${name}`)).flatMap(([, found]) => found)
  const restriction = [...children(set, 'Annotation'), ...outside].find((entry) =>
    /Capabilities\.(V1\.)?InsertRestrictions$/.test(entry.attributes.Term ?? ''),
  )
  const insertable =
    restriction === undefined
      ? undefined
      : descendants(restriction, 'PropertyValue').find((entry) => entry.attributes.Property === 'Insertable')
  return insertable?.attributes.Bool !== 'false'
}

/** A function or action: its parameters are sent, what it returns is read. An overload is known by what it is bound to. */
function callOf(model: Model, entry: Element, kind: string): [string, ErpResource] {
  const name = attribute(model.document, entry, 'Name')
  const parameters = children(entry, 'Parameter')
  const isBound = entry.attributes.IsBound === 'true'
  const bound = isBound ? parameters[0]?.attributes.Type : undefined
  const asked = (isBound ? parameters.slice(1) : parameters).map((parameter): [string, JsonSchema] => [
    attribute(model.document, parameter, 'Name'),
    schemaOfType(model, parameter, parameter.attributes.Type ?? 'Edm.String', 'send'),
  ])
  const required = parameters
    .slice(isBound ? 1 : 0)
    .filter((parameter) => parameter.attributes.Nullable === 'false')
    .map((parameter) => parameter.attributes.Name ?? '')
  const returned = children(entry, 'ReturnType')[0]?.attributes.Type ?? entry.attributes.ReturnType
  const id = `${name} (${kind}${bound === undefined ? '' : ` of ${bound}`})`
  return [
    id,
    {
      send: {
        type: 'object',
        properties: objectOf(asked),
        ...(required.length > 0 ? { required: required.sort() } : {}),
        additionalProperties: false,
      },
      ...(returned === undefined ? {} : { read: schemaOfType(model, entry, returned, 'read') }),
      position: `/${id}`,
    },
  ]
}

function typeOf(model: Model, type: Type, use: Use): JsonSchema {
  const { element } = type
  const properties: [string, JsonSchema][] = []
  const required: string[] = []
  const readOnly: string[] = []
  const all = [...children(element, 'Property'), ...children(element, 'NavigationProperty')]
  for (const property of all) {
    const name = attribute(model.document, property, 'Name')
    const notes = annotationsOf(model, type, property, name)
    const isReadOnly = property.attributes['sap:creatable'] === 'false' || notes.isComputed
    if (use === 'send' && isReadOnly) {
      readOnly.push(name)
      continue
    }
    const isLink = property.name === 'NavigationProperty'
    const schema = isLink ? linkOf(model, property, use) : propertyOf(model, property, use)
    const title = property.attributes['sap:label']
    const isFixed = property.attributes['sap:updatable'] === 'false' || notes.isImmutable
    properties.push([
      name,
      typeof schema === 'boolean'
        ? schema
        : {
            ...schema,
            ...(title === undefined ? {} : { 'x-title': title }),
            ...(use === 'send' && isFixed ? { 'x-create-only': true } : {}),
            ...(use === 'read' && isReadOnly ? { 'x-read-only': true } : {}),
            ...(notes.isDeprecated ? { deprecated: true } : {}),
          },
    ])
    // A key may be given by the server, so only other fields are known to be needed.
    const isNeeded =
      !isLink && property.attributes.Nullable === 'false' && property.attributes.DefaultValue === undefined
    if (isNeeded && !type.keys.has(name)) required.push(name)
  }
  const own: JsonSchemaObject = {
    type: 'object',
    properties: objectOf(properties.sort(([left], [right]) => (left < right ? -1 : 1))),
    ...(use === 'send' && required.length > 0 ? { required: required.sort() } : {}),
    ...(readOnly.length > 0 ? { 'x-read-only-names': readOnly.sort() } : {}),
    ...(element.attributes.OpenType === 'true' ? { patternProperties: { '': true } } : {}),
  }
  const base = element.attributes.BaseType
  if (base === undefined) return own
  return { allOf: [{ $ref: `#/definitions/${resolveName(model, base)}${use === 'send' ? ' (sent)' : ''}` }, own] }
}

function annotationsOf(
  model: Model,
  type: Type,
  property: Element,
  name: string,
): Readonly<{ isComputed: boolean; isImmutable: boolean; isDeprecated: boolean }> {
  const all = [...children(property, 'Annotation'), ...(model.annotations.get(`${type.name}/${name}`) ?? [])]
  const isTrue = (pattern: RegExp) =>
    all.some((entry) => pattern.test(entry.attributes.Term ?? '') && (entry.attributes.Bool ?? 'true') === 'true')
  const isReadPermission = all.some(
    (entry) =>
      /Core\.(V1\.)?Permissions$/.test(entry.attributes.Term ?? '') &&
      [entry.attributes.EnumMember, ...children(entry, 'EnumMember').map(() => undefined)].some((member) =>
        member?.endsWith('/Read'),
      ),
  )
  const isNotEdited = all.some(
    (entry) => /NAV\.AllowEdit(OnCreate)?$/.test(entry.attributes.Term ?? '') && entry.attributes.Bool === 'false',
  )
  return {
    isComputed: isTrue(/Core\.(V1\.)?Computed$/) || isReadPermission || isNotEdited,
    isImmutable: isTrue(/Core\.(V1\.)?Immutable$/),
    isDeprecated: all.some(
      (entry) =>
        /Core\.(V1\.)?Revisions$/.test(entry.attributes.Term ?? '') && JSON.stringify(entry).includes('Deprecated'),
    ),
  }
}

function propertyOf(model: Model, property: Element, use: Use): JsonSchemaObject {
  const schema = schemaOfType(model, property, property.attributes.Type ?? 'Edm.String', use)
  const isList = /^Collection\(/.test(property.attributes.Type ?? '')
  const preset = property.attributes.DefaultValue
  const nullable = property.attributes.Nullable !== 'false' && !isList
  return {
    ...(nullable ? withNull(schema) : schema),
    ...(preset === undefined ? {} : { default: preset }),
  }
}

function withNull(schema: JsonSchemaObject): JsonSchemaObject {
  return schema.$ref === undefined ? orNull(schema) : { anyOf: [schema, { type: 'null' }] }
}

/** A navigation property: records that may be sent with the record, or read with it when they are expanded. */
function linkOf(model: Model, property: Element, use: Use): JsonSchemaObject {
  const { Type: type, Relationship: relationship, ToRole: role } = property.attributes
  if (type !== undefined) return schemaOfType(model, property, type, use)
  const end = model.ends.get(resolveName(model, relationship ?? ''))?.get(role ?? '')
  if (end === undefined)
    return refuse(
      model.document,
      ['NavigationProperty', property.attributes.Name ?? ''],
      'its association does not exist.',
    )
  return schemaOfType(model, property, end.isMany ? `Collection(${end.type})` : end.type, use)
}

function resolveName(model: Model, name: string): string {
  if (model.types.has(name) || model.ends.has(name)) return name
  for (const schema of model.schemas) {
    const { Alias: alias, Namespace: namespace } = schema.attributes
    if (alias !== undefined && name.startsWith(`${alias}.`)) return `${namespace}${name.slice(alias.length)}`
  }
  return name.startsWith('.') ? name.slice(1) : name
}

function schemaOfType(model: Model, element: Element, type: string, use: Use): JsonSchemaObject {
  const list = /^Collection\((.*)\)$/.exec(type)?.[1]
  if (list !== undefined) return { type: 'array', items: schemaOfType(model, element, list, use) }
  const name = resolveName(model, type)
  if (model.types.has(name)) return { $ref: `#/definitions/${name}${use === 'send' ? ' (sent)' : ''}` }
  const members = model.enums.get(name)
  if (members !== undefined) return { type: 'string', enum: [...members].sort(), 'x-erp-type': name }
  const alias = model.aliases.get(name)
  if (alias !== undefined) {
    const merged = { ...alias, attributes: { ...alias.attributes, ...element.attributes } }
    return schemaOfType(model, merged, alias.attributes.UnderlyingType ?? 'Edm.String', use)
  }
  return { ...primitiveOf(model, element, type), 'x-erp-type': type }
}

function primitiveOf(model: Model, element: Element, type: string): JsonSchemaObject {
  const { MaxLength: length, Precision: precision, Scale: scale } = element.attributes
  const limit = length === undefined || !/^\d+$/.test(length) ? {} : { maxLength: Number(length) }
  switch (type) {
    case 'Edm.String':
      return { type: 'string', ...limit }
    case 'Edm.Decimal': {
      const digits = {
        ...(precision === undefined ? {} : { 'x-precision': Number(precision) }),
        'x-scale': scale === undefined ? (model.isV4 ? 0 : null) : /^\d+$/.test(scale) ? Number(scale) : null,
      }
      return model.isV4 ? { type: 'number', ...digits } : { type: 'string', format: 'decimal', ...digits }
    }
    case 'Edm.Double':
    case 'Edm.Single':
      return { type: 'number' }
    case 'Edm.Byte':
    case 'Edm.SByte':
    case 'Edm.Int16':
    case 'Edm.Int32':
      return { type: 'integer' }
    case 'Edm.Int64':
      return model.isV4 ? { type: 'integer' } : { type: 'string', format: 'int64' }
    case 'Edm.Boolean':
      return { type: 'boolean' }
    case 'Edm.Guid':
      return { type: 'string', format: 'uuid' }
    case 'Edm.Date':
      return { type: 'string', format: 'date' }
    case 'Edm.DateTime':
    case 'Edm.DateTimeOffset':
      return { type: 'string', format: 'date-time' }
    case 'Edm.Time':
    case 'Edm.TimeOfDay':
      return { type: 'string', format: 'time' }
    case 'Edm.Duration':
      return { type: 'string', format: 'duration' }
    case 'Edm.Binary':
    case 'Edm.Stream':
      return { type: 'string', contentEncoding: 'base64', ...limit }
    default:
      return {}
  }
}
