import { GateError } from '../../base/errors.ts'
import { isJsonObject, type Json } from '../../base/json.ts'
import { tokensOf, valueAt } from '../../base/pointer.ts'
import type { RecordedRequest } from '../../model/recording.ts'
import type { ErpSchema } from '../../model/schema.ts'
import type { DocumentKey, FieldUse, Names, Operation, Reference } from '../../ports/erp.ts'
import { parametersOf } from './arrange.ts'
import { keptPlaces, membersOf, rewritten, textOf, valuesAt } from './places.ts'
import { idInPath, idSegment, jsonOf, queryOf, type RestErp, type Role, type Route, routeOf } from './routes.ts'
import { propertiesOf } from './schema.ts'

const KINDS: Readonly<Record<Role, Operation['kind']>> = {
  identify: 'session',
  session: 'session',
  list: 'lookup',
  find: 'find',
  create: 'create',
  post: 'transition',
  void: 'transition',
  read: 'read',
  remove: 'remove',
  job: 'poll',
}

/** What a recorded request does. Throws `recording-unusable` for an operation that `integration.yaml` does not name. */
export function decodeRequest(request: RecordedRequest, erp: RestErp, schema: ErpSchema, names: Names): Operation {
  const route = routeOf(request, erp)
  if (route === undefined) {
    throw new GateError(
      'recording-unusable',
      `${request.method} ${request.path} is no operation that erp.api in integration.yaml names.`,
      {
        hint: 'Name it there: under operations when it writes or reads invoices, under lists when it reads master data, under operations.session when it only logs in.',
      },
    )
  }
  const { api } = erp
  const { document } = api
  const resource = route.role === 'list' ? route.list : document.name
  const isDeferred = api.jobs?.of.some((role) => role === route.role) === true
  const named = { kind: KINDS[route.role], name: nameOf(route, erp), resource }
  const operation = isDeferred ? { ...named, isDeferred } : named
  if (operation.kind === 'session') return { ...operation, references: [], sends: [], reads: [], filters: [] }
  if (route.role === 'job') {
    const job = idInPath(request, route, erp)
    return { ...operation, job, references: [], sends: [], reads: [], filters: [] }
  }
  const filters = queryOf(request).flatMap(([name, value]): FieldUse[] => [
    { pointer: `query:${name}`, resource: parametersOf(route.operation), field: name, value },
    ...filterOf(route, name, value, erp),
  ])
  const whole: FieldUse = { pointer: 'operation', resource: route.operation, field: '' }
  const reads = [whole, ...readsOf(route, erp, schema)]
  switch (route.role) {
    case 'list':
      return { ...operation, references: [], sends: [], reads, filters }
    case 'find': {
      const [supplier, reference] = [api.find.supplier, api.find.reference].map(
        (name) => queryOf(request).find(([known]) => known === name)?.[1],
      )
      const coding = erp.coding.get(document.supplier)
      const references =
        coding?.by === 'id' && supplier !== undefined
          ? [{ pointer: `query:${api.find.supplier}`, resource: coding.list, id: supplier }]
          : []
      return { ...operation, references, sends: [], reads, filters, ...keyOf(supplier, reference, erp, names) }
    }
    case 'create':
      return { ...operation, reads, filters, ...createdBy(request, erp, names) }
    default: {
      const references = [
        { pointer: `path:${idSegment(route, erp)}`, resource: document.name, id: idInPath(request, route, erp) },
      ]
      const body = jsonOf(request)
      const sends =
        body === undefined
          ? []
          : membersOf(body).map(({ at, place, value }): FieldUse => {
              const [field = ''] = tokensOf(place)
              return { pointer: at, resource: route.operation, field, value }
            })
      return { ...operation, references, sends, reads, filters }
    }
  }
}

/** What a `create` sends, listed values by code. */
export function sentDocument(request: RecordedRequest, erp: RestErp, names: Names): Json {
  const sent = valueAt(jsonOf(request) ?? null, erp.api.envelope.send) ?? null
  return namedDocument(sent, erp, (list, id) => names.nameOf(list, id))
}

/** A document with listed values by code and without the ids that the ERP gave its records. */
export function namedDocument(
  document: Json,
  erp: RestErp,
  nameOf: (list: string, id: string) => string | undefined,
): Json {
  const id = erp.api.document.id
  return rewritten(document, (place, value) => {
    if (place === id || (place.includes('/*/') && place.endsWith(id))) return undefined
    const coding = erp.coding.get(place)
    const text = textOf(value)
    if (coding?.by !== 'id' || text === '') return value
    return nameOf(coding.list, text) ?? `#${text}`
  })
}

/** `bill.create`; a list by its own name. */
function nameOf(route: Route, erp: RestErp): string {
  if (route.role === 'list') return `${route.list}.list`
  return route.role === 'session' ? route.operation : `${erp.api.document.name}.${route.role}`
}

function createdBy(
  request: RecordedRequest,
  erp: RestErp,
  names: Names,
): Pick<Operation, 'references' | 'sends' | 'codes' | 'document'> {
  const { envelope, document } = erp.api
  const sent = valueAt(jsonOf(request) ?? null, envelope.send) ?? null
  const references: Reference[] = []
  const codes: { pointer: string; resource: string; code: string }[] = []
  const sends = membersOf(sent).map(({ at, place, value }): FieldUse => {
    const pointer = envelope.send + at
    const coding = erp.coding.get(place)
    const text = textOf(value)
    if (coding !== undefined && text !== '') {
      if (coding.by === 'id') references.push({ pointer, resource: coding.list, id: text })
      else codes.push({ pointer, resource: coding.list, code: text })
    }
    return { pointer, ...erp.fieldAt(place), value }
  })
  const [supplier, reference] = [document.supplier, document.reference].map((place) => textOf(valuesAt(sent, place)[0]))
  return { references, sends, codes, ...keyOf(supplier, reference, erp, names) }
}

function keyOf(
  supplier: string | undefined,
  reference: string | undefined,
  erp: RestErp,
  names: Names,
): { document?: DocumentKey } {
  if (!supplier || !reference) return {}
  const coding = erp.coding.get(erp.api.document.supplier)
  const code = coding?.by === 'id' ? (names.nameOf(coding.list, supplier) ?? `#${supplier}`) : supplier
  const resource = coding?.by === 'id' ? { supplierResource: coding.list } : {}
  return { document: { key: `${code} ${reference}`, supplier: code, ...resource, supplierId: supplier, reference } }
}

/** A parameter that filters by a field of the document, so that a run tag and a plan reach it. */
function filterOf(route: Route, name: string, value: string, erp: RestErp): readonly FieldUse[] {
  const { find, document } = erp.api
  if (route.role !== 'find') return []
  const place = name === find.reference ? document.reference : name === find.supplier ? document.supplier : undefined
  return place === undefined ? [] : [{ pointer: `query:${name}`, ...erp.fieldAt(place), value }]
}

/** What the connector reads of an answer: what is configured of a document, the kept members of a list, all that is around. */
function readsOf(route: Route, erp: RestErp, schema: ErpSchema): readonly FieldUse[] {
  const { api } = erp
  const use = (field: Readonly<{ resource: string; field: string }>): FieldUse => ({ pointer: 'answer', ...field })
  const around = fieldsOf(schema, (name) => name === route.operation || name.startsWith(`${route.operation}.`))
  if (route.role === 'list') {
    const list = api.lists[route.list]
    const places = list === undefined ? [] : [list.id, ...keptPlaces(list)]
    return [...around, ...places.map((place) => ({ resource: route.list, field: tokensOf(place)[0] ?? '' }))].map(use)
  }
  if (route.role === 'find') {
    return [...around, { resource: `${api.document.name} (found)`, field: tokensOf(api.document.id)[0] ?? '' }].map(use)
  }
  if (route.role === 'remove') return []
  const own = `${api.document.name} (${route.role})`
  const stored =
    api.reads === undefined
      ? fieldsOf(schema, (name) => name === api.document.name || name.startsWith(`${api.document.name}.`))
      : api.reads.map(erp.fieldAt)
  return [...around, ...stored, ...fieldsOf(schema, (name) => name === own || name.startsWith(`${own}.`))].map(use)
}

function fieldsOf(
  schema: ErpSchema,
  isWanted: (resource: string) => boolean,
): readonly Readonly<{ resource: string; field: string }>[] {
  return Object.entries(schema.resources)
    .filter(([resource]) => isWanted(resource))
    .flatMap(([resource, { read }]) => Object.keys(propertiesOf(read)).map((field) => ({ resource, field })))
}

/** Members of a JSON body by which secrets are told in operations that log in. */
const SECRET_MEMBER = /token|secret|password|assertion|api_?key/i

/** JSON Pointers of the secrets in a body. */
export function secretsIn(body: Json | undefined): readonly string[] {
  if (body === undefined || !isJsonObject(body)) return []
  return membersOf(body)
    .filter(({ at, value }) => typeof value === 'string' && SECRET_MEMBER.test(tokensOf(at).at(-1) ?? ''))
    .map(({ at }) => at)
}
