import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { Body } from '../model/recording.ts'
import { defineImporter, type Exchange, type ImportDocument, type Imported } from '../ports/importer.ts'
import {
  asText,
  bodyFrom,
  bodyOfJson,
  entryOf,
  headerOf,
  headersOf,
  memberOf,
  nameOf,
  objectIn,
  refuse,
  refuseShort,
  statusOf,
  textIn,
} from './reading/exchange.ts'

/** Definitions that nock.recorder and nock.back write, of any version. */
export default defineImporter({
  title: 'nock recording (JSON)',
  recognizes: ({ json }) =>
    isJsonArray(json) && json.length > 0 && json.every((item) => textIn(item, 'scope') !== undefined),
  read,
})

function read({ json }: ImportDocument): Imported {
  const definitions = isJsonArray(json) ? json : []
  return {
    state: 'traffic',
    entries: definitions.map((definition, index) => {
      const path = textIn(definition, 'path') ?? ''
      const url = `${(textIn(definition, 'scope') ?? '').replace(/\/+$/, '')}${path}`
      const name = nameOf('definition', index + 1, textIn(definition, 'method') ?? '', url)
      return entryOf({ name, url }, () => exchangeOf(definition, path))
    }),
    loose: [
      'nock keeps JSON bodies as JavaScript values: digits that JavaScript drops (100.10, or above 2^53) are not in the file',
      'nock keeps no times: the order is that of the answers',
    ],
  }
}

function exchangeOf(definition: Json, path: string): Exchange {
  const method = textIn(definition, 'method')
  if (method === undefined || method === '') refuse('the request has no method')
  if (!path.startsWith('/')) refuse('the path is a pattern or missing, so the request is not known')
  const headers = pairsOf(memberOf(definition, 'rawHeaders') ?? memberOf(definition, 'headers') ?? null)
  const sent = memberOf(definition, 'reqheaders')
  const status = statusOf(definition, 'status')
  const answer = memberOf(definition, 'response') ?? ''
  // The length of what nock keeps as a value or in hex is not the length that was sent.
  if (typeof answer === 'string' && memberOf(definition, 'responseIsBinary') !== true) {
    refuseShort(Buffer.byteLength(answer), headers, method, status)
  }
  const request = requestBody(memberOf(definition, 'body'), method)
  return {
    request: { method: method.toUpperCase(), headers: headersOf(pairsOf(sent ?? null)), ...request.body },
    response: {
      status,
      headers: headersOf(headers),
      ...responseBody(definition, headerOf(headers, 'content-encoding')),
    },
    durationMs: 0,
    loose: [
      ...(sent === undefined ? ['the request headers were not recorded (enable_reqheaders_recording)'] : []),
      ...(memberOf(definition, 'badheaders') === undefined
        ? []
        : ['badheaders: headers are only told by their absence']),
      ...['filteringRequestBody', 'filteringPath'].filter((key) => memberOf(definition, key) !== undefined),
      ...(Object.keys(objectIn(definition, 'options')).length > 0 ? ['options may match more than was sent'] : []),
      ...request.loose,
    ],
  }
}

function requestBody(body: Json | undefined, method: string): { body: { body?: Body }; loose: readonly string[] } {
  if (body === undefined) {
    if (!/^(get|head|delete|options)$/i.test(method)) refuse('the body of the request is missing: any would match')
    return { body: {}, loose: [] }
  }
  if (body === '*') refuse('the body of the request is "*": any would match')
  if (typeof body !== 'string') return { body: bodyOfJson(body), loose: [] }
  const mayBeHex = body.length > 1 && isHex(body)
  return {
    body: bodyFrom(Buffer.from(body)),
    loose: mayBeHex
      ? ['the body of the request may be the hex form of bytes; nock does not tell, and it is kept as text']
      : [],
  }
}

function responseBody(definition: Json, encoding: string | undefined): { body?: Body } {
  const response = memberOf(definition, 'response')
  if (response === undefined || response === '') return {}
  if (memberOf(definition, 'responseIsBinary') === true) {
    if (typeof response !== 'string' || !isHex(response)) refuse('the binary response is not in hex, or it is cut')
    return bodyFrom(Buffer.from(response, 'hex'), encoding)
  }
  if (encoding !== undefined && isJsonArray(response)) {
    return bodyFrom(
      Buffer.concat(
        response.map((chunk) => {
          if (typeof chunk !== 'string' || !isHex(chunk))
            refuse('a chunk of the encoded response is not in hex, or it is cut')
          return Buffer.from(chunk, 'hex')
        }),
      ),
      encoding,
    )
  }
  return typeof response === 'string' ? bodyFrom(Buffer.from(response)) : bodyOfJson(response)
}

function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text)
}

/** Headers as nock 13 writes them, in a list of names and values in turn, or as nock 14 does, in an object. */
function pairsOf(headers: Json): readonly (readonly [string, string])[] {
  if (isJsonArray(headers)) {
    if (headers.length % 2 === 1) refuse('the list of headers is cut: a name has no value')
    return headers.flatMap((name, index) => {
      if (index % 2 === 1) return []
      return [[asText(name), asText(headers[index + 1] ?? '')] as const]
    })
  }
  if (!isJsonObject(headers)) return []
  return Object.entries(headers).flatMap(([name, value]) =>
    isJsonArray(value) ? value.map((item) => [name, asText(item)] as const) : [[name, asText(value)] as const],
  )
}
