import { absolute, sum } from '../base/decimal.ts'
import { isJsonObject, type Json } from '../base/json.ts'
import { tokensOf } from '../base/pointer.ts'
import type { RecordedRequest } from '../model/recording.ts'
import { RestApi } from '../model/rest-api.ts'
import {
  defineErp,
  type ErpAdapter,
  type FieldMeaning,
  type InvoiceFacts,
  type Periods,
  type RefusalReason,
} from '../ports/erp.ts'
import { interpretAnswer, refusalBody } from './openapi-rest/answers.ts'
import { arrange } from './openapi-rest/arrange.ts'
import { restMutants } from './openapi-rest/mutants.ts'
import { decodeRequest, secretsIn, sentDocument } from './openapi-rest/operations.ts'
import { fieldAt, holds, keptPlaces, textOf, valuesAt } from './openapi-rest/places.ts'
import { jsonOf, type RestErp, restErp, routeOf } from './openapi-rest/routes.ts'
import { amountOf } from './openapi-rest/rules.ts'
import { hasType, isSchemaObject, propertiesOf } from './openapi-rest/schema.ts'
import { RestSession } from './openapi-rest/session.ts'
import { virtualRest } from './openapi-rest/virtual.ts'

/** Any ERP that publishes an OpenAPI document, told by `erp.api` in `integration.yaml`; see docs/rest-erp.md. */
export default defineErp({
  ...adapterOf('openapi-rest', unconfigured()),
  configure: ({ erp }) => adapterOf(erp.product, erp.api ?? unconfigured()),
})

function adapterOf(product: string, configured: RestApi): ErpAdapter {
  const api = withPeriodFields(configured)
  const erp = restErp(api)
  const { operations, document, lists } = api
  const meanings = meaningsOf(api)
  const coded = new Map(
    [...erp.coding].map(([place, coding]) => {
      const { resource, field } = erp.fieldAt(place)
      return [`${resource} ${field}`, coding] as const
    }),
  )
  const keyHeader = api['idempotency-header']?.toLowerCase()
  return {
    title: api.title,
    capabilities: [
      'describe',
      'list-values',
      'read-back',
      'find-by-reference',
      ...(operations.remove === undefined ? [] : (['delete-draft'] as const)),
      ...(operations.void === undefined ? [] : (['void-posted'] as const)),
      ...(operations.post === undefined ? [] : (['draft-stage'] as const)),
      ...(keyHeader === undefined ? [] : (['idempotency-key'] as const)),
    ],
    arrange: (published) => arrange(published, api),
    documentResource: document.name,
    // What a configured ERP can get wrong is told by its configuration alone, so the drill has no defects for it yet.
    mutants: restMutants(erp),
    referenceField: { ...erp.fieldAt(document.reference), longest: document['reference-longest'] },
    documentResources: [document.name],
    valueLists: Object.fromEntries(
      Object.entries(lists).map(([name, list]) => [name, keptPlaces(list).map((place) => tokensOf(place)[0] ?? '')]),
    ),
    secretsOf: (request, response) => {
      const isLogin = routeOf(request, erp)?.role === 'session'
      return {
        request: isLogin ? secretsIn(jsonOf(request)) : [],
        response: isLogin ? secretsIn(jsonOf(response)) : [],
        ...(typeof api.auth === 'string' ? {} : { headers: [api.auth.header.toLowerCase()] }),
      }
    },
    releaseOf: (interactions) => {
      const { release } = api.identity
      for (const { request, response } of interactions) {
        const told =
          typeof release === 'string'
            ? routeOf(request, erp)?.role === 'identify'
              ? textOf(valuesAt(jsonOf(response), release)[0])
              : ''
            : (response.headers[release.header.toLowerCase()] ?? '')
        if (told !== '') return told
      }
      return undefined
    },
    decode: (request, schema, names) => decodeRequest(request, erp, schema, names),
    numbering: [],
    interpret: (operation, response, schema, names, at) => interpretAnswer(operation, response, erp, schema, names, at),
    ...(keyHeader === undefined
      ? {}
      : {
          keyed: (request: RecordedRequest, key: string): RecordedRequest => ({
            ...request,
            headers: { ...request.headers, [keyHeader]: key },
          }),
        }),
    sent: (_operation, request, _schema, names) => sentDocument(request, erp, names),
    facts: (stored) => factsOf(stored, erp),
    listOf: (resource, field) => coded.get(`${resource} ${field}`),
    meaning: (resource, field, schema) => {
      const known = meanings.get(`${resource} ${field}`)
      if (known !== undefined) return known
      // What nobody has classified is judged by its type, the more careful way.
      const published = schema.resources[resource]
      const property = propertiesOf(published?.read)[field] ?? propertiesOf(published?.send)[field]
      if (hasType(property, 'number') || hasType(property, 'integer')) return { class: 'amount', assigned: false }
      const isCode = isSchemaObject(property) && (Array.isArray(property.enum) || property.format === 'date')
      return { class: isCode || hasType(property, 'boolean') ? 'coding' : 'text', assigned: false }
    },
    ...(api.periods === undefined ? {} : { periods: periodsOf(erp, api.periods) }),
    refusal: (_request, why) => ({
      status: 422,
      headers: { 'content-type': 'application/json' },
      body: {
        json: refusalBody(api, REFUSALS[why].code, REFUSALS[why].message, why === 'line' ? api.document.lines.at : ''),
      },
    }),
    connect: (transport, credential, database) => RestSession.open(erp, product, transport, credential, database),
    virtual: (snapshot, credential) => virtualRest(erp, snapshot, credential),
  }
}

/** Keeps of the list of periods what tells whether one is open, besides what is configured to be kept. */
function withPeriodFields(api: RestApi): RestApi {
  const { periods, lists } = api
  const list = periods === undefined ? undefined : lists[periods.list]
  if (periods === undefined || list === undefined) return api
  const fields = [...new Set([...list.fields, periods.from ?? [], periods.to ?? [], periods.open.at].flat())]
  return { ...api, lists: { ...lists, [periods.list]: { ...list, fields } } }
}

function periodsOf(erp: RestErp, { list, from, to, open }: NonNullable<RestApi['periods']>): Periods {
  const { document } = erp.api
  const booked = erp.fieldAt(document.date)
  const named = [...erp.coding].filter(([, coding]) => coding.list === list).map(([place]) => erp.fieldAt(place))
  const isOne = (place: Readonly<{ resource: string; field: string }>, resource: string, field: string) =>
    place.resource === resource && place.field === field
  return {
    list,
    state: tokensOf(open.at)[0] ?? '',
    read: ({ code, fields }) => {
      const [first, last] = [from, to].map((place) => (place === undefined ? '' : textOf(valuesAt(fields, place)[0])))
      return { code, from: first || `${code}-01`, to: last || lastDayOf(code), isOpen: holds(open, fields) }
    },
    bookedOn: (sent) => textOf(valuesAt(sent, document.date)[0]),
    kindOf: (resource, field, schema) => {
      if (named.some((place) => isOne(place, resource, field))) return 'period'
      const published = schema.resources[resource]
      const property = propertiesOf(published?.send)[field] ?? propertiesOf(published?.read)[field]
      const isDate = isSchemaObject(property) && property.format === 'date'
      return isDate || isOne(booked, resource, field) ? 'date' : undefined
    },
    wire: (date) => date,
  }
}

/** The last day of a month such as 2026-10; empty for what is no month. */
function lastDayOf(month: string): string {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? []
  return year === undefined ? '' : new Date(Date.UTC(Number(year), Number(number), 0)).toISOString().slice(0, 10)
}

/** What an API says of an invoice that it does not take. */
const REFUSALS: Readonly<Record<RefusalReason, Readonly<{ code: string; message: string }>>> = {
  line: { code: 'line-invalid', message: 'A line of the document is not valid.' },
  period: { code: 'period-closed', message: 'The period of the document is closed.' },
  duplicate: { code: 'duplicate', message: 'A document with this supplier and reference exists already.' },
}

/** What each classified field means, by resource and field. */
function meaningsOf(api: RestApi): ReadonlyMap<string, FieldMeaning> {
  const { document, fields, lists } = api
  const meanings = new Map<string, FieldMeaning>()
  const put = (owner: string, places: readonly (string | undefined)[], meaning: FieldMeaning): void => {
    for (const place of places) {
      if (place === undefined) continue
      const { resource, field } = fieldAt(owner, place)
      meanings.set(`${resource} ${field}`, meaning)
    }
  }
  for (const [name, list] of Object.entries(lists)) put(name, [list.code], { class: 'coding', assigned: false })
  const { name, number, state, supplier, reference, date, currency, lines, totals } = document
  const inLine = (place: string | undefined) => (place === undefined ? undefined : `${lines.at}/*${place}`)
  put(name, fields.text, { class: 'text', assigned: false })
  put(name, [totals.net, totals.tax, totals.gross, ...fields.money], { class: 'amount', assigned: false })
  put(name, [lines.amount, lines.quantity, lines.price].map(inLine), { class: 'amount', assigned: false })
  put(
    name,
    [supplier, date, currency, inLine(lines.account), ...Object.keys({ ...fields.upcoming, ...fields.coding })],
    {
      class: 'coding',
      assigned: false,
    },
  )
  put(name, [reference, ...fields.identity], { class: 'identity', assigned: false })
  put(name, [state, ...fields.state], { class: 'state', assigned: false })
  put(name, [number, ...fields.assigned], { class: 'identity', assigned: true })
  return meanings
}

/** Works on a stored document as well as on a sent one, which may have no totals yet. */
function factsOf(stored: Json, erp: RestErp): InvoiceFacts {
  const { document } = erp.api
  const record = isJsonObject(stored) ? stored : {}
  const at = (place: string | undefined): string => (place === undefined ? '' : textOf(valuesAt(record, place)[0]))
  const lines = valuesAt(record, `${document.lines.at}/*`)
  const net = at(document.totals.net) || sum(['0.00', ...lines.map((line) => amountOf(line, erp.api))])
  const tax = at(document.totals.tax) || '0.00'
  return {
    supplier: at(document.supplier),
    reference: at(document.reference),
    type: document.credit !== undefined && holds(document.credit, record) ? 'credit-note' : 'invoice',
    date: at(document.date),
    currency: at(document.currency),
    // A company is a matter of the tenant that is logged in to; the API names none on the document.
    entity: '',
    net,
    tax,
    gross: at(document.totals.gross) || sum([net, absolute(tax)]),
    state: at(document.state),
    number: at(document.number),
    period: at(document.date).slice(0, 7),
    lines: lines.length,
    accounts: lines.flatMap((line) => valuesAt(line, document.lines.account)).map(textOf),
  }
}

/** The API of an integration that has none configured: every request is one that `integration.yaml` does not name. */
function unconfigured(): RestApi {
  const none = 'GET /'
  return RestApi.parse({
    title: 'REST ERP',
    auth: 'bearer',
    operations: { identify: none, create: none, read: none, find: none },
    identity: { release: '/release', sandbox: { at: '/environment', is: 'sandbox' } },
    errors: { code: '/code', message: '/message' },
    find: { supplier: 'supplier', reference: 'reference' },
    document: {
      name: 'bill',
      state: '/state',
      states: { draft: 'draft' },
      supplier: '/supplier',
      reference: '/reference',
      date: '/date',
      currency: '/currency',
      lines: { at: '/lines', account: '/account', quantity: '/quantity', price: '/price' },
      totals: { net: '/net', tax: '/tax', gross: '/gross' },
    },
    fields: { coding: {} },
    lists: {},
  })
}
