import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { jsonNumber, parseJson, toJson } from '../base/json.ts'
import type { Interaction } from '../model/recording.ts'
import { loadPlugIns } from '../pipeline/registry.ts'
import type { ImportDocument, Imported } from '../ports/importer.ts'
import { harOf } from '../record/har.ts'
import { brand, readRecording } from '../record/store.ts'

/*
 * One document per format, all of the same call: a supplier invoice of 100.10 is created. And the contract that all
 * importers share: recognized by exactly one, nothing left out silently, and never a crash.
 */

const importers = await loadPlugIns('importers')

function documentOf(value: unknown, files: Readonly<Record<string, Buffer>> = {}): ImportDocument {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  let json: ImportDocument['json']
  try {
    json = parseJson(text)
  } catch {
    json = undefined
  }
  return { name: 'traffic', text, json, beside: (name) => files[name] }
}

function importOf(id: string, value: unknown, files: Readonly<Record<string, Buffer>> = {}): Imported {
  const importer = importers.get(id)
  if (importer === undefined) throw new Error(`no importer ${id}`)
  const document = documentOf(value, files)
  expect(importer.recognizes(document)).toBe(true)
  return importer.read(document)
}

function entriesOf(imported: Imported) {
  return imported.state === 'traffic' ? imported.entries : []
}

/** Why each entry is refused, and `read` for the others. */
function fateOf(imported: Imported): readonly string[] {
  return entriesOf(imported).map((entry) => (entry.state === 'read' ? 'read' : `${entry.name}: ${entry.why}`))
}

function looseOf(imported: Imported): readonly string[] {
  return entriesOf(imported).flatMap((entry) => (entry.state === 'read' ? (entry.loose ?? []) : []))
}

const SENT = '{"supplier":"Halden & Søn","gross":100.10,"id":90071992547409931234}'
const ANSWER = '{"id":7,"gross":100.10}'
const HEX = gzipSync(ANSWER).toString('hex')

const har = (
  entry: Record<string, unknown> = {},
  response: Record<string, unknown> = {},
  request: Record<string, unknown> = {},
) => ({
  startedDateTime: '2026-10-31T18:00:00.000Z',
  time: 12.4,
  request: {
    method: 'POST',
    url: 'http://erp.example:8000/bills?dry=1',
    headers: [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'Host', value: 'erp.example:8000' },
    ],
    bodySize: Buffer.byteLength(SENT),
    postData: { mimeType: 'application/json', text: SENT },
    ...request,
  },
  response: {
    status: 201,
    headers: [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'Content-Encoding', value: 'gzip' },
    ],
    content: { size: Buffer.byteLength(ANSWER), mimeType: 'application/json', text: ANSWER },
    ...response,
  },
  ...entry,
})
const harOfEntries = (...entries: readonly unknown[]) => ({ log: { version: '1.2', entries } })

const nock = (definition: Record<string, unknown> = {}) => ({
  scope: 'http://erp.example:8000',
  method: 'POST',
  path: '/bills?dry=1',
  body: { supplier: 'Halden & Søn', gross: 100.5 },
  status: 201,
  response: [HEX.slice(0, 20), HEX.slice(20)],
  rawHeaders: ['Content-Type', 'application/json', 'Content-Encoding', 'gzip'],
  reqheaders: { 'content-type': 'application/json' },
  ...definition,
})

const mapping = (request: Record<string, unknown> = {}, response: Record<string, unknown> = {}) => ({
  id: 'bill-7',
  insertionIndex: 1,
  request: {
    url: '/bills?dry=1',
    method: 'POST',
    headers: { 'Content-Type': { equalTo: 'application/json' } },
    bodyPatterns: [{ equalToJson: SENT }],
    ...request,
  },
  response: { status: 201, bodyFileName: 'bill-7.json', headers: { 'Content-Type': 'application/json' }, ...response },
})
const FILES = { 'bill-7.json': Buffer.from(ANSWER) }

const saved = (request: Record<string, unknown> = {}, response: Record<string, unknown> = {}) => ({
  name: 'Create a bill',
  response: [
    {
      name: 'created',
      originalRequest: {
        method: 'POST',
        header: [{ key: 'Content-Type', value: 'application/json' }],
        url: { raw: '{{erp}}/bills?dry=1' },
        body: { mode: 'raw', raw: SENT },
        ...request,
      },
      code: 201,
      header: [{ key: 'Content-Type', value: 'application/json' }],
      body: ANSWER,
      ...response,
    },
  ],
})
const collection = (...item: readonly unknown[]) => ({
  info: { name: 'Payables', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  variable: [{ key: 'erp', value: 'http://erp.example:8000' }],
  item: [{ name: 'Payables', item }],
})

const RECORDING = await readRecording('scenarios/tryton-ap/recordings/2026-10.ndjson')

const EXAMPLES: Readonly<Record<string, Readonly<{ document: unknown; files?: Record<string, Buffer> }>>> = {
  har: { document: harOfEntries(har()) },
  nock: { document: [nock()] },
  postman: { document: collection(saved()) },
  recording: { document: '{"format":"erp-change-gate/recording","version":1}\n' },
  wiremock: { document: { mappings: [mapping()] }, files: FILES },
}

describe('every importer', () => {
  test('has an example here', () => {
    expect([...importers.keys()]).toEqual(Object.keys(EXAMPLES))
  })

  test.each(Object.entries(EXAMPLES))('%s is recognized by itself alone', (id, { document }) => {
    const found = [...importers].filter(([, importer]) => importer.recognizes(documentOf(document)))
    expect(found.map(([each]) => each)).toEqual([id])
  })

  test.each(['har', 'postman', 'wiremock'])('%s: the same call, digit by digit', (id) => {
    const imported = importOf(id, EXAMPLES[id]?.document, EXAMPLES[id]?.files)
    const [entry] = entriesOf(imported)
    expect(entry).toMatchObject({
      state: 'read',
      url: expect.stringMatching(/\/bills\?dry=1$/),
      request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: { json: parseJson(SENT) } },
      response: { status: 201, headers: { 'content-type': 'application/json' }, body: { json: parseJson(ANSWER) } },
    })
    expect(entry?.state === 'read' && entry.request.headers).not.toHaveProperty('host')
    expect(entry?.state === 'read' && entry.response.headers).not.toHaveProperty('content-encoding')
  })

  const hostile: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['garbage', '\u0000\u0001<html>'],
    ['null', 'null'],
    ['a number', '17'],
    ['an empty list', '[]'],
    ['an empty object', '{}'],
    ['10,000 levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['10,000 levels, cut', '{"log":{"entries":'.repeat(5_000)],
    [
      'wrong types in a HAR',
      '{"log":{"entries":[null,1,"x",[],{},{"request":[],"response":"no"},{"request":{"headers":{}}}]}}',
    ],
    ['wrong types in nock', '[{"scope":"http://erp.example"},{"scope":"","path":[],"status":{}}]'],
    [
      'wrong types in WireMock',
      '{"mappings":[{"request":{},"response":{}},{"request":{"headers":[1]},"response":{"status":"x"}}]}',
    ],
    [
      'wrong types in Postman',
      '{"info":{"schema":"collection/v2.1.0"},"item":[null,1,{"item":[{"response":[null,{"originalRequest":1}]}]}]}',
    ],
    [
      'a name from the prototype',
      '{"log":{"entries":[{"request":{"headers":[{"name":"__proto__","value":"x"}]}}],"__proto__":{}}}',
    ],
  ]
  test.each(hostile)('%s: no crash, and nothing is read', (_, text) => {
    const document = documentOf(text)
    for (const importer of importers.values()) {
      if (!importer.recognizes(document)) continue
      const imported = importer.read(document)
      expect(fateOf(imported)).not.toContain('read')
    }
  })

  test.each(Object.entries(EXAMPLES))('%s cut anywhere is never recognized', (id, { document }) => {
    if (id === 'recording') return
    const text = JSON.stringify(document)
    for (let at = 1; at < text.length; at += 37) {
      const cut = documentOf(text.slice(0, at))
      expect([...importers.values()].some((importer) => importer.recognizes(cut))).toBe(false)
    }
  })

  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
  test.each([
    ['har', harOfEntries(har({}, { content: { size: deep.length, text: deep } }))],
    ['nock', [nock({ response: deep, rawHeaders: [] })]],
    ['wiremock', { mappings: [mapping({}, { bodyFileName: undefined, body: deep })] }],
    ['postman', collection(saved({}, { body: deep }))],
  ])('%s: a body of 10,000 levels is refused by name', (id, document) => {
    expect(fateOf(importOf(id, document))).toEqual([
      expect.stringMatching(/1 \(POST \/bills\).*JSON is nested deeper than 500 levels/),
    ])
  })
})

describe('har', () => {
  test('entries out of order are sorted, to the microsecond and across time zones', () => {
    const at = (startedDateTime: string) => har({ startedDateTime })
    const imported = importOf(
      'har',
      harOfEntries(
        at('2026-10-31T20:00:00.000200+01:00'),
        at('2026-10-31T19:00:00.000100Z'),
        at('2026-10-31T18:59:59.999Z'),
        at('2026-10-31T19:00:00.000100Z'),
      ),
    )
    expect(entriesOf(imported).map(({ name }) => name.slice(0, 7))).toEqual([
      'entry 3',
      'entry 2',
      'entry 4',
      'entry 1',
    ])
  })

  const base64 = Buffer.from([255, 0, 255]).toString('base64')
  test.each([
    [
      'base64 that is JSON',
      { content: { size: 23, text: Buffer.from(ANSWER).toString('base64'), encoding: 'base64' } },
      'read',
    ],
    ['bytes', { content: { size: 3, text: base64, encoding: 'base64' } }, 'read'],
    [
      'cut base64',
      { content: { size: 3, text: base64.slice(0, 3), encoding: 'base64' } },
      'the base64 body of the response is cut or damaged',
    ],
    [
      'a size above the text',
      { content: { size: 2_000_000, text: ANSWER } },
      'the body of the response is cut: 23 of 2000000 bytes are there',
    ],
    ['a size without a text', { content: { size: 23 } }, 'the body of the response is missing'],
    ['no text and no size', { content: {} }, 'the body of the response is missing, and its size is not told'],
    ['no content at all', { content: undefined }, 'the body of the response is missing, and its size is not told'],
    ['an empty answer', { status: 204, content: {} }, 'read'],
    ['a size of zero', { content: { size: 0 } }, 'read'],
    [
      'half a JSON without a size',
      { content: { size: -1, mimeType: 'application/json', text: ANSWER.slice(0, 9) } },
      'the body of the response is cut: it is no whole JSON, and its size is not told',
    ],
    [
      'a content-length above the text',
      { headers: [{ name: 'content-length', value: '99' }], content: { text: ANSWER } },
      'the body of the response is cut: 23 of 99 bytes are there',
    ],
    ['no answer', { status: 0 }, 'there is no response (status 0)'],
    ['a failed answer', { _error: 'net::ERR_FAILED' }, 'the exchange failed (net::ERR_FAILED)'],
    [
      'an unknown encoding',
      { content: { text: 'x', encoding: 'zstd' } },
      'the body of the response is in the unknown encoding "zstd"',
    ],
  ])('response with %s', (_, response, fate) => {
    const expected = fate === 'read' ? 'read' : `entry 1 (POST /bills): ${fate}`
    expect(fateOf(importOf('har', harOfEntries(har({}, response))))).toEqual([expected])
  })

  const params = [{ name: 'ref', value: 'RE 2026/17' }]
  test.each([
    ['no body, though it has a size', { postData: undefined }, /the body of the request is missing/],
    ['half its body', { postData: { text: SENT.slice(0, 10) } }, /the body of the request is cut: 10 of \d+ bytes/],
    ['a form of the size of its fields', { bodySize: 16, postData: { params } }, /^read$/],
    ['a form of another size', { bodySize: 99, postData: { params } }, /only the fields of the form are kept/],
    ['an address that is none', { url: 'ws://erp.example/feed' }, /the request has no HTTP URL/],
  ])('request with %s', (_, request, fate) => {
    expect(fateOf(importOf('har', harOfEntries(har({}, {}, request))))).toEqual([expect.stringMatching(fate)])
  })

  test('without a start the order is unknown', () => {
    expect(fateOf(importOf('har', harOfEntries(har({ startedDateTime: 'yesterday' }))))).toEqual([
      'entry 1 (POST /bills): startedDateTime is no instant, so its order is unknown',
    ])
  })

  test('the sample recording, exported and read as a stranger would, is the same interactions', () => {
    const text = harOf(RECORDING, { name: 'erp-change-gate', version: '0' }).replace('"_recording"', '"_other"')
    const imported = importOf('har', text)
    expect(interactionsOf(imported)).toEqual(RECORDING.interactions)
  })

  test('bytes, text and numbers that floats lose survive the export', () => {
    const interactions: readonly Interaction[] = [
      {
        seq: 1,
        request: { method: 'PUT', path: '//a/../b%2F', query: '?q=a+b%20c&q=', headers: {}, body: { base64: '/wD/' } },
        response: { status: 500, headers: { 'x-note': 'Größe' }, body: { text: 'Wartung\r\nbis 18 Uhr' } },
        durationMs: 0,
      },
      {
        seq: 2,
        request: { method: 'GET', path: '/', query: '', headers: {} },
        response: {
          status: 200,
          headers: {},
          body: { json: toJson({ a: jsonNumber('100.10'), b: jsonNumber('1.0E-2') }) },
        },
        durationMs: 7,
      },
    ]
    const text = harOf(brand({ ...RECORDING, interactions }), { name: 'erp-change-gate', version: '0' })
    expect(interactionsOf(importOf('har', text))).toEqual(interactions)
  })
})

function interactionsOf(imported: Imported): readonly Interaction[] {
  return entriesOf(imported).flatMap((entry, index) => {
    if (entry.state !== 'read') return []
    const [, path = '', query = ''] = /^http:\/\/[a-z-]+\.invalid([^?]*)(.*)$/.exec(entry.url) ?? []
    return [
      {
        seq: index + 1,
        request: { ...entry.request, path, query },
        response: entry.response,
        durationMs: entry.durationMs,
      },
    ]
  })
}

describe('nock', () => {
  const BODY = { json: parseJson(ANSWER) }
  test.each([
    ['a list of headers and gzip in hex', {}, BODY],
    ['an object of headers', { rawHeaders: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, BODY],
    ['JSON that is no encoded body', { response: ['a1', 'b2'], rawHeaders: [] }, { json: ['a1', 'b2'] }],
    ['bytes in hex', { response: 'ff00ff', responseIsBinary: true, rawHeaders: [] }, { base64: '/wD/' }],
    ['text', { response: 'Wartung', rawHeaders: [] }, { text: 'Wartung' }],
  ])('%s', (_, definition, body) => {
    expect(entriesOf(importOf('nock', [nock(definition)]))[0]).toMatchObject({ state: 'read', response: { body } })
  })

  test.each([
    ['a cut gzip', { response: [HEX.slice(0, 40)] }, /the gzip body is cut or damaged/],
    ['a chunk that is no hex', { response: [HEX.slice(0, 21)] }, /a chunk of the encoded response is not in hex/],
    ['headers with a name and no value', { rawHeaders: ['Content-Type'] }, /the list of headers is cut/],
    ['a body that matches any', { body: '*' }, /the body of the request is "\*": any would match/],
    ['no body', { body: undefined }, /the body of the request is missing/],
    ['no status', { status: undefined }, /the response has no status/],
    ['no response', { response: '', rawHeaders: { 'content-length': '23' } }, /the body of the response is missing/],
    ['half a text', { response: 'War', rawHeaders: ['Content-Length', '7'] }, /is cut: 3 of 7 bytes are there/],
    ['a pattern for a path', { path: undefined }, /the path is a pattern or missing/],
  ])('%s is refused by name', (_, definition, why) => {
    expect(fateOf(importOf('nock', [nock(), nock(definition)]))).toEqual(['read', expect.stringMatching(why)])
    expect(fateOf(importOf('nock', [nock(), nock(definition)]))[1]).toMatch(/^definition 2 \(POST \//)
  })

  test('what nock did not record is told', () => {
    expect(looseOf(importOf('nock', [nock({ reqheaders: undefined, badheaders: ['x'], body: 'a1b2' })]))).toEqual([
      'the request headers were not recorded (enable_reqheaders_recording)',
      'badheaders: headers are only told by their absence',
      'the body of the request may be the hex form of bytes; nock does not tell, and it is kept as text',
    ])
  })
})

describe('wiremock', () => {
  test.each([
    [
      'a missing file',
      {},
      { bodyFileName: 'gone.json' },
      /the body of the response is missing: there is no __files\/gone\.json/,
    ],
    ['a URL pattern', { url: undefined, urlPattern: '/bills.*' }, {}, /its URL is a pattern/],
    ['any method', { method: 'ANY' }, {}, /it matches any method/],
    ['no body pattern', { bodyPatterns: undefined }, {}, /no bodyPatterns: any body would match/],
    [
      'a path into JSON',
      { bodyPatterns: [{ matchesJsonPath: '$.gross' }] },
      {},
      /matched by matchesJsonPath, so it is not known/,
    ],
    [
      'placeholders',
      { bodyPatterns: [{ equalToJson: '{"a":"$\u007bjson-unit.any-string}"}' }] },
      {},
      /holds placeholders/,
    ],
    [
      'no response',
      {},
      { bodyFileName: undefined, headers: { 'Content-Length': '23' } },
      /the body of the response is missing/,
    ],
    ['a fault', {}, { fault: 'EMPTY_RESPONSE' }, /the response is a fault/],
    [
      'a template',
      {},
      { transformers: ['response-template'], bodyFileName: undefined, body: '{{now}}' },
      /is a template/,
    ],
    [
      'a query by pattern',
      { queryParameters: { dry: { matches: '.*' } } },
      {},
      /the query parameter dry is matched by matches/,
    ],
  ])('%s is refused by name', (_, request, response, why) => {
    const [fate] = fateOf(importOf('wiremock', { mappings: [mapping(request, response)] }, FILES))
    expect(fate).toMatch(why)
    expect(fate).toMatch(/^mapping 1 \(.+\) "bill-7": /)
  })

  test('matchers looser than the traffic are told', () => {
    const loose = mapping({
      url: undefined,
      urlPath: '/bills',
      queryParameters: { dry: { equalTo: '1' } },
      headers: { Accept: { contains: 'json' } },
      bodyPatterns: [{ equalToJson: SENT, ignoreArrayOrder: true, ignoreExtraElements: true }],
    })
    const imported = importOf('wiremock', loose, FILES)
    expect(entriesOf(imported)[0]?.url).toBe('/bills?dry=1')
    expect(looseOf(imported)).toEqual([
      'the header Accept is matched by contains: its value is not known',
      'urlPath matches any query: its order, and what else it held, is not known',
      'equalToJson with ignoreArrayOrder and ignoreExtraElements matches more than this body',
    ])
  })

  test('mappings stand in the order in which they were recorded', () => {
    const second = { ...mapping({ url: '/second' }), insertionIndex: 2 }
    const imported = importOf('wiremock', { mappings: [second, { mappings: [mapping({ url: '/first' })] }] }, FILES)
    expect(entriesOf(imported).map(({ url }) => url)).toEqual(['/first', '/second'])
  })
})

describe('postman', () => {
  test.each([
    [
      'a variable without a value in the path',
      { url: '{{erp}}/{{company}}/bills' },
      {},
      /the variable "company" of the URL/,
    ],
    ['a path variable without a value', { url: { raw: '{{erp}}/bills/:id' } }, {}, /the variable "id" of the URL/],
    [
      'a variable without a value in the body',
      { body: { mode: 'raw', raw: '{"a":"{{b}}"}' } },
      {},
      /the variable "b" of the body/,
    ],
    ['a file as body', { body: { mode: 'file', file: { src: 'scan.pdf' } } }, {}, /of the mode "file"/],
    ['no body of the response', {}, { body: null }, /the body of the response was not saved/],
    [
      'a cut body',
      {},
      { header: [{ key: 'Content-Length', value: '99' }] },
      /the body of the response is cut: 23 of 99 bytes/,
    ],
    ['no status', {}, { code: undefined }, /the response has no status/],
  ])('%s is refused by name', (_, request, response, why) => {
    const [fate] = fateOf(importOf('postman', collection(saved(request, response))))
    expect(fate).toMatch(why)
    expect(fate).toMatch(/^response 1 \(POST \/.*\) "Payables \/ Create a bill": /)
  })

  test('a form, a path variable and what is switched off', () => {
    const request = {
      url: {
        raw: '{{erp}}/bills/:id?dry=1&old=2',
        variable: [{ key: 'id', value: '7' }],
        query: [
          { key: 'dry', value: '1' },
          { key: 'old', value: '2', disabled: true },
        ],
      },
      body: {
        mode: 'urlencoded',
        urlencoded: [
          { key: 'ref', value: 'RE 17' },
          { key: 'old', value: 'x', disabled: true },
        ],
      },
    }
    const [entry] = entriesOf(importOf('postman', collection(saved(request))))
    expect(entry).toMatchObject({
      url: 'http://erp.example:8000/bills/7?dry=1',
      request: { body: { text: 'ref=RE+17' } },
    })
  })

  test('a request without a saved response is told, not left out silently', () => {
    const imported = importOf('postman', collection({ name: 'Delete a bill', request: {} }, saved()))
    expect(imported.state === 'traffic' && imported.loose).toContain(
      '"Payables / Delete a bill" has no saved response and is not imported',
    )
  })
})
