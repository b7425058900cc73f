import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workspace } from './testing/workspace.ts'

const RECORDING = 'scenarios/tryton-ap/recordings/2026-10.ndjson'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.create()
  await workspace.run(['export', RECORDING, '--format', 'har', '--out', 'traffic.har'])
})
afterAll(() => workspace.remove())

const importTo = (out: string, file: string, ...more: readonly string[]) =>
  workspace.run(['import', file, '--out', out, '--scenario', 'scenarios/tryton-ap', ...more])

/** The log-in by which a recording tells its release, and one call that holds personal data. */
const CALLS: readonly (readonly [unknown, unknown])[] = [
  [
    { id: 0, method: 'common.server.version', params: [] },
    { id: 0, result: '6.0.29' },
  ],
  [
    { id: 1, method: 'common.db.login', params: ['ap', { password: 'Sommerregen-26' }, 'en'] },
    { id: 1, result: [2, 'f00dfeedf00dfeed'] },
  ],
  [
    { id: 2, method: 'model.party.party.read', params: [[7], ['email', 'iban']] },
    { id: 2, result: [{ email: 'kreditor@halden.example', iban: 'DE89370400440532013000' }] },
  ],
]
const entry = ([sent, answered]: readonly [unknown, unknown], index: number, host = 'erp.example:8000') => ({
  startedDateTime: `2026-10-31T18:00:0${index}.000Z`,
  time: 5,
  request: {
    method: 'POST',
    url: `http://${host}/erp/`,
    headers: [{ name: 'Authorization', value: 'Session YWE6MjpmMDBkZmVlZA==' }],
    postData: { text: JSON.stringify(sent) },
  },
  response: { status: 200, headers: [], content: { size: -1, text: JSON.stringify(answered) } },
})
const har = (entries: readonly unknown[]) => JSON.stringify({ log: { version: '1.2', entries } })

describe('a recording exported as HAR', () => {
  test('is imported as the same recording, to the byte', async () => {
    const { status, out } = await importTo('again.ndjson', 'traffic.har')
    expect(out).toContain('the same recording, sanitized when it was recorded')
    expect(status).toBe(0)
    expect(await workspace.read('again.ndjson')).toBe(await workspace.read(RECORDING))
  })

  test('is sanitized when it was edited', async () => {
    const text = await workspace.read('traffic.har')
    const edited = text.replace('Halden & Søn Papirindustri A/S', 'kreditor@halden.example, who is the accountant')
    expect(edited).not.toBe(text)
    await workspace.write('edited.har', edited)
    const { status, out } = await importTo('edited.ndjson', 'edited.har')
    expect(out).toContain('note: edited since it was exported, so it is sanitized again')
    expect(status).toBe(0)
    expect(await workspace.read('edited.ndjson')).not.toContain('kreditor@halden.example')
  })

  test('our own recording is recognized, and refused when it was edited', async () => {
    expect(await importTo('own.ndjson', RECORDING)).toMatchObject({ status: 0 })
    expect(await workspace.read('own.ndjson')).toBe(await workspace.read(RECORDING))
    await workspace.write('own.ndjson', (await workspace.read(RECORDING)).replace('"EUR"', '"EUX"'))
    const { status, err } = await importTo('none.ndjson', 'own.ndjson')
    expect([status, err]).toEqual([2, expect.stringContaining('error recording-damaged: own.ndjson:5: ')])
  })
})

describe('traffic of another tool', () => {
  test('unsorted, with a byte-order mark and with strangers, is sorted, filtered and sanitized', async () => {
    const entries = CALLS.map((call, index) => entry(call, index)).reverse()
    const stranger = { ...entry([1, 2], 1, 'cdn.example'), response: { status: 200, content: { size: 999 } } }
    await workspace.write('browser.har', `\uFEFF${har([...entries, stranger])}`)
    expect((await importTo('browser.ndjson', 'browser.har')).err).toMatch(
      /browser\.har holds traffic to several hosts: http:\/\/cdn\.example, http:\/\/erp\.example:8000\./,
    )
    const { status, out } = await importTo('browser.ndjson', 'browser.har', '--upstream', 'http://erp.example:8000/')
    expect(out).toContain('browser.ndjson: 3 interactions from HTTP Archive (HAR) 1.2')
    expect(out).toMatch(/note: left out, because it did not go to .*: 1 of 4 entries/)
    expect(status).toBe(0)
    const written = await workspace.read('browser.ndjson')
    expect(written.indexOf('server.version')).toBeLessThan(written.indexOf('party.party.read'))
    for (const secret of ['Sommerregen', 'f00dfeed', 'YWE6Mjpm', 'kreditor@halden', 'DE89370400440532013000']) {
      expect(written).not.toContain(secret)
    }
    expect(written).toContain('"recordedAt":"2026-10-31T18:00:00.000Z"')
  })

  test('a dry run prints what would be replaced, hides what stood there, and writes nothing', async () => {
    await workspace.write('dry.har', har(CALLS.map((call, index) => entry(call, index))))
    const { status, out } = await importTo('dry.ndjson', 'dry.har', '--dry-run')
    expect(status).toBe(0)
    expect(out).toMatch(
      /^secret-header {2}S…= \(\d+ characters\) → <removed> {2}at request 1\/header authorization and 2 more$/m,
    )
    expect(out).toMatch(/^e-mail {2}k…e \(23 characters\) → \w{10}@example\.invalid {2}at answer 3\/result\/0\/email$/m)
    expect(out).toMatch(/^iban {2}D…0 \(22 characters\) → DE\d{20} {2}at answer 3\/result\/0\/iban$/m)
    expect(out).toContain('dry.ndjson: 3 interactions from HTTP Archive (HAR) 1.2, nothing was written')
    expect(out).not.toMatch(/kreditor@halden|Sommerregen|370400440532/)
    await expect(workspace.read('dry.ndjson')).rejects.toThrow()
  })

  test('a folder of WireMock mappings with their files', async () => {
    await mkdir(join(workspace.folder, 'stubs/mappings'), { recursive: true })
    await mkdir(join(workspace.folder, 'stubs/__files'))
    for (const [index, [sent, answered]] of CALLS.entries()) {
      const mapping = {
        insertionIndex: index,
        request: { url: '/erp/', method: 'POST', bodyPatterns: [{ equalToJson: sent, ignoreArrayOrder: true }] },
        response: { status: 200, bodyFileName: `call-${index}.json` },
      }
      await workspace.write(`stubs/mappings/${9 - index}.json`, JSON.stringify(mapping))
      await workspace.write(`stubs/__files/call-${index}.json`, JSON.stringify(answered))
    }
    const { status, out } = await importTo('stubs.ndjson', 'stubs')
    expect(out).toMatch(/note: mapping 3 \(POST \/erp\/\) and 2 more: equalToJson with ignoreArrayOrder matches more/)
    expect(status).toBe(0)
    await workspace.edit('stubs/mappings/9.json', 'call-0.json', '../../traffic.har')
    expect((await importTo('outside.ndjson', 'stubs')).err).toMatch(/mapping 3 \(POST \/erp\/\): .*leads out of/)
  })

  test('where the ERP answered must be a URL', async () => {
    await workspace.write('browser.har', har([]))
    const { status, err } = await importTo('refused.ndjson', 'browser.har', '--upstream', 'erp.example')
    expect([status, err]).toEqual([2, expect.stringContaining('error usage: --upstream "erp.example" is no URL.')])
  })

  test('JSON of 490 levels is sanitized', async () => {
    const deep = JSON.parse(`${'['.repeat(490)}"kreditor@halden.example"${']'.repeat(490)}`)
    await workspace.write(
      'deep.har',
      har([...CALLS, [{ id: 3 }, deep] as const].map((call, index) => entry(call, index))),
    )
    expect(await importTo('deep.ndjson', 'deep.har')).toMatchObject({ status: 0 })
    expect(await workspace.read('deep.ndjson')).not.toContain('kreditor@halden')
  })

  test.each([
    ['garbage', '<html>', /traffic\.txt is no whole JSON/],
    ['a cut file', har(CALLS.map((call, index) => entry(call, index))).slice(0, 500), /traffic\.txt is no whole JSON/],
    ['10,000 levels', '['.repeat(10_000), /traffic\.txt is nested deeper than 500 levels/],
    ['JSON of no known format', '{"invoices":[]}', /traffic\.txt is in no format that can be imported/],
    ['no entries', har([]), /traffic\.txt holds no exchange with the ERP/],
    [
      'a missing body',
      har([entry(CALLS[0] ?? [0, 0], 0), { ...entry([1, 2], 1), response: { status: 200, content: { size: 70 } } }]),
      /traffic\.txt: entry 2 \(POST \/erp\/\): the body of the response is missing\./,
    ],
    ['no log-in', har([entry([{ id: 1 }, {}], 0)]), /does not tell which release of the ERP answered/],
  ])('%s is refused by name, and nothing is written', async (_, text, message) => {
    await workspace.write('traffic.txt', text)
    const { status, out, err } = await importTo('refused.ndjson', 'traffic.txt')
    expect(err).toMatch(message)
    expect(err).toMatch(/^error recording-unusable: /)
    expect([status, out]).toEqual([2, ''])
    await expect(workspace.read('refused.ndjson')).rejects.toThrow()
  })
})
