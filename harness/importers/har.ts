import type { Json } from '../base/json.ts'
import { mapped, picked } from '../base/on-demand.ts'
import { RecordingHeader } from '../model/recording.ts'
import { defineImporter, type Exchange, type ImportDocument, type Imported } from '../ports/importer.ts'
import {
  bodyFrom,
  durationIn,
  entryOf,
  headerOf,
  headersOf,
  listIn,
  memberOf,
  nameOf,
  numberIn,
  objectIn,
  pairsIn,
  refuse,
  statusOf,
  textIn,
} from './reading/exchange.ts'

/** HTTP Archive 1.2, as DevTools, mitmproxy and Charles write it, and as `change-gate export` does. */
export default defineImporter({
  title: 'HTTP Archive (HAR) 1.2',
  longList: ['log', 'entries'],
  recognizes: ({ json }) => Array.isArray(memberOf(memberOf(json, 'log'), 'entries')),
  read,
})

function read({ json }: ImportDocument): Imported {
  const log = objectIn(json, 'log')
  const exported = exportedFrom(log)
  const list = listIn(log, 'entries')
  const entries = mapped(list, (entry, index) => {
    const request = objectIn(entry, 'request')
    const url = textIn(request, 'url') ?? ''
    const startedAt = textIn(entry, 'startedDateTime')
    const name = nameOf('entry', index + 1, textIn(request, 'method') ?? '', url)
    return entryOf({ name, url, ...(startedAt === undefined ? {} : { startedAt }) }, () =>
      exchangeOf(entry, exported !== undefined),
    )
  })
  // HAR 1.2: readers must sort; entries of one instant stay as they are.
  const started = Array.from(list, (entry) => startOf(textIn(entry, 'startedDateTime')))
  const startOfEntry = (place: number) => started[place] ?? ''
  const order = [...started.keys()].sort((left, right) =>
    startOfEntry(left) < startOfEntry(right) ? -1 : startOfEntry(left) > startOfEntry(right) ? 1 : 0,
  )
  return {
    state: 'traffic',
    entries: picked(entries, order),
    loose: [],
    ...(exported === undefined ? {} : { exported }),
  }
}

/** The recording that the file says it was exported from. Whether it still is, its digest tells. */
function exportedFrom(log: Json): Readonly<{ header: RecordingHeader; digest: string }> | undefined {
  const claim = objectIn(log, '_recording')
  const header = RecordingHeader.safeParse(claim.header)
  const digest = textIn(claim, 'digest')
  return header.success && digest !== undefined ? { header: header.data, digest } : undefined
}

/** An instant as text that sorts, with all its digits: browsers write milliseconds, mitmproxy microseconds. */
function startOf(startedAt: string | undefined): string {
  const instant = Date.parse(startedAt ?? '')
  if (Number.isNaN(instant)) return ''
  const fraction = /\.(\d+)/.exec(startedAt ?? '')?.[1] ?? ''
  return `${new Date(Math.floor(instant / 1000) * 1000).toISOString()}${fraction.padEnd(12, '0')}`
}

function exchangeOf(entry: Json, isExported: boolean): Exchange {
  const request = objectIn(entry, 'request')
  const response = objectIn(entry, 'response')
  const method = textIn(request, 'method')
  if (method === undefined || method === '') refuse('the request has no method')
  if (!/^https?:\/\//i.test(textIn(request, 'url') ?? '')) refuse('the request has no HTTP URL')
  if (startOf(textIn(entry, 'startedDateTime')) === '') refuse('startedDateTime is no instant, so its order is unknown')
  const fault = textIn(response, '_error') ?? textIn(entry, '_error')
  const status = statusOf(response, 'status')
  if (fault !== undefined && fault !== '') refuse(`the exchange failed (${fault})`)
  const isKept = isExported ? () => true : undefined
  return {
    request: {
      method,
      headers: headersOf(pairsIn(listIn(request, 'headers'), 'name'), isKept),
      ...bodyFrom(sentBytes(request)),
    },
    response: {
      status,
      headers: headersOf(pairsIn(listIn(response, 'headers'), 'name'), isKept),
      ...bodyFrom(receivedBytes(response, method, status)),
    },
    durationMs: durationIn(entry, 'time'),
  }
}

function sentBytes(request: Json): Buffer {
  const size = numberIn(request, 'bodySize') ?? -1
  const data = objectIn(request, 'postData')
  const pairs = pairsIn(listIn(request, 'headers'), 'name')
  const isEncoded = headerOf(pairs, 'content-encoding') !== undefined
  const length = isEncoded ? -1 : Math.max(size, lengthIn(pairs))
  const text = textIn(data, 'text')
  const params = listIn(data, 'params')
  if (text === undefined || (text === '' && params.length > 0)) {
    if (params.length === 0) {
      if (Math.max(size, length) > 0) refuse('the body of the request is missing')
      return Buffer.alloc(0)
    }
    return formOf(params, length)
  }
  const bytes = bytesIn(text, textIn(data, '_encoding') ?? textIn(data, 'encoding'), 'request')
  if (length > bytes.length) refuse(`the body of the request is cut: ${bytes.length} of ${length} bytes are there`)
  return bytes
}

/** A form of which only the fields are kept. HAR does not say whether they are encoded; the size does. */
function formOf(params: readonly Json[], length: number): Buffer {
  const pairs = pairsIn(params, 'name')
  const written = pairs.map(([name, value]) => `${name}=${value}`).join('&')
  // A form holds no blanks: with one, the fields are not as they were sent.
  const raw = Buffer.from(/\s/.test(written) ? '' : written)
  const encoded = Buffer.from(new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString())
  for (const bytes of [raw, encoded]) if (bytes.length === length) return bytes
  refuse('only the fields of the form are kept, and its size fits none of the ways to write them')
}

function receivedBytes(response: Json, method: string, status: number): Buffer {
  const content = objectIn(response, 'content')
  const text = textIn(content, 'text')
  const pairs = pairsIn(listIn(response, 'headers'), 'name')
  const hasNoBody = method === 'HEAD' || status === 204 || status === 304 || status < 200
  const isEncoded = headerOf(pairs, 'content-encoding') !== undefined
  const announced = isEncoded || hasNoBody ? -1 : lengthIn(pairs)
  const size = Math.max(numberIn(content, 'size') ?? -1, announced)
  if (text === undefined) {
    const onWire = hasNoBody ? -1 : (numberIn(response, 'bodySize') ?? -1)
    if (size > 0 || onWire > 0) refuse('the body of the response is missing')
    if (size < 0 && !hasNoBody) refuse('the body of the response is missing, and its size is not told')
    return Buffer.alloc(0)
  }
  const bytes = bytesIn(text, textIn(content, 'encoding'), 'response')
  if (size > bytes.length) refuse(`the body of the response is cut: ${bytes.length} of ${size} bytes are there`)
  if (size < 0 && /json/i.test(textIn(content, 'mimeType') ?? '') && isCutJson(bytes)) {
    refuse('the body of the response is cut: it is no whole JSON, and its size is not told')
  }
  return bytes
}

/** The length that the headers announce; -1 when they do not. */
function lengthIn(pairs: readonly (readonly [string, string])[]): number {
  const length = headerOf(pairs, 'content-length') ?? ''
  return /^\d+$/.test(length) ? Number(length) : -1
}

function isCutJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return false
  } catch {
    return bytes.length > 0
  }
}

/** The bytes of a text that may be base64. Base64 that does not decode to itself is cut or damaged. */
function bytesIn(text: string, encoding: string | undefined, side: string): Buffer {
  if (encoding === undefined || encoding === '') return Buffer.from(text)
  if (encoding.toLowerCase() !== 'base64') refuse(`the body of the ${side} is in the unknown encoding "${encoding}"`)
  const compact = text.replace(/\s/g, '')
  const bytes = Buffer.from(compact, 'base64')
  if (bytes.toString('base64') !== compact) refuse(`the base64 body of the ${side} is cut or damaged`)
  return bytes
}
