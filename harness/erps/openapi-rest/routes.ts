import { isJsonArray, isJsonObject, type Json } from '../../base/json.ts'
import { valueAt } from '../../base/pointer.ts'
import type { RecordedRequest, RecordedResponse } from '../../model/recording.ts'
import type { RestApi } from '../../model/rest-api.ts'
import { type Field, fieldAt } from './places.ts'

/** What an operation is for. */
export type Role = 'identify' | 'create' | 'post' | 'void' | 'read' | 'find' | 'remove' | 'list' | 'session' | 'job'

/** One configured operation. */
export type Route = Readonly<{
  role: Role
  /** As it is configured, `POST /bills`. */
  operation: string
  /** Name of the list, when it answers one. */
  list: string
  method: string
  segments: readonly string[]
}>

/** A member of a document that names a listed value, by its id or by its code. */
export type Coding = Readonly<{ list: string; by: 'id' | 'code' }>

/** An API with what is looked up in its configuration again and again. */
export type RestErp = Readonly<{
  api: RestApi
  routes: readonly Route[]
  /** What a place of a document names, by its general pointer. */
  coding: ReadonlyMap<string, Coding>
  fieldAt: (place: string) => Field
}>

/** Prepares a configuration for use. */
export function restErp(api: RestApi): RestErp {
  const routes: Route[] = []
  const add = (role: Role, operation: string | undefined, list = ''): void => {
    if (operation === undefined) return
    const [method = '', path = ''] = operation.split(' ')
    routes.push({ role, operation, list, method, segments: path.split('/').slice(1) })
  }
  for (const role of ['identify', 'create', 'post', 'void', 'read', 'find', 'remove'] as const) {
    add(role, api.operations[role])
  }
  add('job', api.jobs?.status)
  for (const operation of api.operations.session) add('session', operation)
  for (const [name, list] of Object.entries(api.lists)) add('list', list.operation, name)
  return {
    api,
    // `/bills/summary` is asked before `/bills/{id}`.
    routes: routes.toSorted((left, right) => parametersIn(left) - parametersIn(right)),
    coding: new Map(
      Object.entries({ ...api.fields.upcoming, ...api.fields.coding }).map(([place, listed]) => {
        const cut = listed.lastIndexOf('/')
        return [place, { list: listed.slice(0, cut), by: listed.endsWith('/id') ? 'id' : 'code' }]
      }),
    ),
    fieldAt: (place) => fieldAt(api.document.name, place),
  }
}

function parametersIn(route: Route): number {
  return route.segments.filter((segment) => segment.startsWith('{')).length
}

/** The configured operation that a request is, `undefined` when it is none of them. */
export function routeOf(request: Readonly<{ method: string; path: string }>, erp: RestErp): Route | undefined {
  const { base } = erp.api
  if (!request.path.startsWith(`${base}/`)) return undefined
  const segments = request.path.slice(base.length).split('/').slice(1)
  return erp.routes.find(
    (route) =>
      route.method === request.method &&
      route.segments.length === segments.length &&
      route.segments.every((segment, index) =>
        segment.startsWith('{') ? segments[index] !== '' : segment === segments[index],
      ),
  )
}

/** The segment of a path that holds the id of the document, counted from the start of the path. */
export function idSegment(route: Route, erp: RestErp): number {
  const at = route.segments.findLastIndex((segment) => segment.startsWith('{') && segment !== `{${erp.api.tenant}}`)
  return at + erp.api.base.split('/').length - 1
}

/** The id of the document in a path. */
export function idInPath(request: Readonly<{ path: string }>, route: Route, erp: RestErp): string {
  return decodeURIComponent(request.path.split('/')[idSegment(route, erp) + 1] ?? '')
}

/** A request of an operation, with the company that the tenant parameter names and the id of a document, if it has one. */
export function requestOf(
  operation: string,
  erp: RestErp,
  filled: Readonly<{ tenant: string; id?: string; query?: Readonly<Record<string, string>>; body?: Json }>,
): RecordedRequest {
  const [method = '', path = ''] = operation.split(' ')
  const asked = new URLSearchParams(filled.query ?? {}).toString()
  return {
    method,
    path:
      erp.api.base +
      path.replace(/\{([^}]+)\}/g, (_, name: string) =>
        encodeURIComponent(name === erp.api.tenant ? filled.tenant : (filled.id ?? '')),
      ),
    query: asked === '' ? '' : `?${asked}`,
    headers: {
      accept: 'application/json',
      ...(filled.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(filled.body === undefined ? {} : { body: { json: filled.body } }),
  }
}

/** A request with the company of this environment in its path. */
export function forTenant(request: RecordedRequest, erp: RestErp, database: string): RecordedRequest {
  const route = erp.api.tenant === undefined ? undefined : routeOf(request, erp)
  if (route === undefined) return request
  const at = route.segments.indexOf(`{${erp.api.tenant}}`)
  if (at < 0) return request
  const segments = request.path.split('/')
  segments[at + erp.api.base.split('/').length] = encodeURIComponent(database)
  return { ...request, path: segments.join('/') }
}

/** The JSON of a body, `undefined` when there is none. */
export function jsonOf(message: RecordedRequest | RecordedResponse): Json | undefined {
  return message.body !== undefined && 'json' in message.body ? message.body.json : undefined
}

/** The id at the end of a `Location`, for an ERP that answers with nothing else. */
export function idInLocation(response: RecordedResponse): string {
  const { location } = response.headers
  return location === undefined ? '' : decodeURIComponent(location.split(/[?#]/)[0]?.split('/').at(-1) ?? '')
}

/** The rows of a list in an answer. */
export function rowsIn(body: Json | undefined, wrapper: string): readonly Json[] {
  const rows = body === undefined ? undefined : valueAt(body, wrapper)
  return isJsonArray(rows) ? rows.filter(isJsonObject) : []
}

/** The parameters of a query. */
export function queryOf(request: RecordedRequest): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(request.query)]
}
