import { isJsonArray, isJsonNumber, isJsonObject, type Json, writeJson } from '../base/json.ts'
import type { Body } from '../model/recording.ts'
import { defineImporter, type Exchange, type ImportDocument, type Imported } from '../ports/importer.ts'
import {
  asText,
  bodyFrom,
  bodyOfJson,
  durationIn,
  entryOf,
  headerOf,
  headersOf,
  memberOf,
  nameOf,
  numberIn,
  objectIn,
  refuse,
  refuseShort,
  statusOf,
  textIn,
} from './reading/exchange.ts'

/** Stub mappings that WireMock recorded, with their bodies in `__files`. */
export default defineImporter({
  title: 'WireMock mappings',
  recognizes: ({ json }) => {
    const mappings = mappingsIn(json)
    return mappings.length > 0 && mappings.every(isMapping)
  },
  read,
})

function isMapping(value: Json): boolean {
  return isJsonObject(memberOf(value, 'request')) && isJsonObject(memberOf(value, 'response'))
}

/** One mapping, a file of several, or several files of either. */
function mappingsIn(json: Json | undefined): readonly Json[] {
  const list = memberOf(json, 'mappings')
  if (isJsonArray(list))
    return list.flatMap((item) => (isJsonArray(memberOf(item, 'mappings')) ? mappingsIn(item) : [item]))
  return json === undefined ? [] : [json]
}

function read({ json, beside }: ImportDocument): Imported {
  const mappings = mappingsIn(json)
  const isOrdered = mappings.every((mapping) => isJsonNumber(memberOf(mapping, 'insertionIndex')))
  const entries = mappings.map((mapping, index) => {
    const request = objectIn(mapping, 'request')
    const url = urlOf(request)
    const known = textIn(mapping, 'name') ?? textIn(mapping, 'id')
    const name = nameOf('mapping', index + 1, textIn(request, 'method') ?? '', url)
    return {
      at: isOrdered ? (numberIn(mapping, 'insertionIndex') ?? 0) : index,
      entry: entryOf({ name: known === undefined ? name : `${name} "${known.slice(0, 80)}"`, url }, () =>
        exchangeOf(mapping, url, beside),
      ),
    }
  })
  entries.sort((left, right) => left.at - right.at)
  return {
    state: 'traffic',
    entries: entries.map(({ entry }) => entry),
    loose: [
      'WireMock keeps one mapping per distinct request: how often each was sent is not told',
      ...(isOrdered ? [] : ['the mappings have no insertionIndex: the order is that of the files']),
    ],
  }
}

/** The path and query that a mapping stands for; empty when it matches more than one path. */
function urlOf(request: Json): string {
  const url = textIn(request, 'url')
  if (url !== undefined) return url
  const path = textIn(request, 'urlPath')
  if (path === undefined) return ''
  const query = Object.entries(objectIn(request, 'queryParameters')).flatMap(([name, matcher]) => {
    const value = textIn(matcher, 'equalTo')
    return value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`]
  })
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function exchangeOf(mapping: Json, url: string, beside: ImportDocument['beside']): Exchange {
  const request = objectIn(mapping, 'request')
  const response = objectIn(mapping, 'response')
  const method = textIn(request, 'method')
  if (method === undefined || method === '' || method === 'ANY')
    refuse('it matches any method, so the request is not known')
  if (url === '') refuse('its URL is a pattern, so the request is not known')
  for (const key of ['fault', 'proxyBaseUrl']) {
    if (memberOf(response, key) !== undefined) refuse(`the response is a ${key}, not a recorded one`)
  }
  if (memberOf(request, 'multipartPatterns') !== undefined) refuse('the multipart body of the request is not known')
  const loose: string[] = []
  const sent: [string, string][] = []
  for (const [name, matcher] of Object.entries(objectIn(request, 'headers'))) {
    const value = textIn(matcher, 'equalTo')
    if (value === undefined)
      loose.push(`the header ${name} is matched by ${matcherOf(matcher)}: its value is not known`)
    else sent.push([name, value])
  }
  if (textIn(request, 'url') === undefined)
    loose.push('urlPath matches any query: its order, and what else it held, is not known')
  for (const [name, matcher] of Object.entries(objectIn(request, 'queryParameters'))) {
    if (textIn(matcher, 'equalTo') === undefined)
      refuse(`the query parameter ${name} is matched by ${matcherOf(matcher)}, so it is not known`)
  }
  for (const key of ['cookies', 'basicAuthCredentials', 'customMatcher', 'host', 'port', 'scheme']) {
    if (memberOf(request, key) !== undefined)
      loose.push(`${key} is matched, and not part of the request that is imported`)
  }
  const body = requestBody(memberOf(request, 'bodyPatterns'), method, loose)
  const received = Object.entries(objectIn(response, 'headers')).flatMap(([name, value]) =>
    isJsonArray(value) ? value.map((item) => [name, asText(item)] as const) : [[name, asText(value)] as const],
  )
  const status = statusOf(response, 'status')
  const answer = responseBody(response, headerOf(received, 'content-encoding'), beside)
  if (answer.body === undefined) refuseShort(0, received, method, status)
  return {
    request: { method, headers: headersOf(sent), ...body },
    response: {
      status,
      headers: headersOf(received),
      ...answer,
    },
    durationMs: durationIn(response, 'fixedDelayMilliseconds'),
    loose,
  }
}

function matcherOf(matcher: Json): string {
  return isJsonObject(matcher) ? Object.keys(matcher).join(', ') || 'nothing' : asText(matcher)
}

function requestBody(patterns: Json | undefined, method: string, loose: string[]): { body?: Body } {
  const list = isJsonArray(patterns) ? patterns : []
  if (list.length === 0) {
    if (!/^(get|head|delete|options)$/i.test(method))
      refuse('no bodyPatterns: any body would match, so the body is not known')
    return {}
  }
  for (const pattern of list) {
    const binary = textIn(pattern, 'binaryEqualTo')
    const exact = memberOf(pattern, 'equalToJson')
    const text = textIn(pattern, 'equalTo') ?? textIn(pattern, 'equalToXml')
    if (exact !== undefined) {
      if (asText(exact).includes('$' + '{json-unit.'))
        refuse('equalToJson holds placeholders, so the body is not known')
      const ignored = ['ignoreArrayOrder', 'ignoreExtraElements'].filter((key) => memberOf(pattern, key) === true)
      if (ignored.length > 0) loose.push(`equalToJson with ${ignored.join(' and ')} matches more than this body`)
      return typeof exact === 'string' ? bodyFrom(Buffer.from(exact)) : bodyOfJson(exact)
    }
    if (memberOf(pattern, 'equalToXml') !== undefined) loose.push('equalToXml matches any XML of the same meaning')
    if (binary !== undefined) return bodyFrom(Buffer.from(binary, 'base64'))
    if (text !== undefined) {
      if (memberOf(pattern, 'caseInsensitive') === true) loose.push('equalTo ignores case')
      return bodyFrom(Buffer.from(text))
    }
  }
  refuse(`the body is matched by ${list.map(matcherOf).join(', ')}, so it is not known`)
}

function responseBody(response: Json, encoding: string | undefined, beside: ImportDocument['beside']): { body?: Body } {
  const file = textIn(response, 'bodyFileName')
  const base64 = textIn(response, 'base64Body')
  const text = textIn(response, 'body')
  const json = memberOf(response, 'jsonBody')
  const isTemplate = isJsonArray(memberOf(response, 'transformers'))
  if (isTemplate && /\{\{/.test(writeJson(response))) refuse('the response is a template, not a recorded one')
  if (file !== undefined) {
    const bytes = beside(file)
    if (bytes === undefined) refuse(`the body of the response is missing: there is no __files/${file}`)
    return bodyFrom(bytes, encoding)
  }
  if (base64 !== undefined) {
    const bytes = Buffer.from(base64, 'base64')
    if (bytes.toString('base64') !== base64) refuse('the base64 body of the response is cut or damaged')
    return bodyFrom(bytes, encoding)
  }
  if (json !== undefined) return bodyOfJson(json)
  return text === undefined ? {} : bodyFrom(Buffer.from(text))
}
