import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsedPlace } from '../model/structure.ts'
import { StructureReport } from '../model/structure.ts'
import { renderStructureReport, STRUCTURE_FORMATS } from '../reporters/rendering/structure-diff.ts'
import { schemaDocumentAt } from '../schema-sources/reading/file.ts'
import { diffSchemas, readPublishedSchema, structureReport } from './diff.ts'

/** Folder with real pairs of specifications; the tests that need it run only where it is. */
const SHARED = process.env.CHANGE_GATE_SHARED_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data')
const PAIRS = join(SHARED, 'schema-pairs')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-diff-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const bill = (line: object, more: object = {}) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bill',
  type: 'object',
  additionalProperties: false,
  properties: { number: { type: 'string', maxLength: 20 }, lines: { type: 'array', items: line }, ...more },
})
const line = (properties: object) => ({ type: 'object', additionalProperties: false, properties })

const OLD = bill(
  line({
    department: { type: 'string' },
    account: { type: 'string', maxLength: 8 },
    state: { enum: ['close', 'open'] },
  }),
)
const NEW = bill(
  line({
    department_code: { type: 'string' },
    account: { type: 'string', maxLength: 6 },
    state: { enum: ['closed', 'open'] },
  }),
  { memo: { type: 'string' } },
)

const used: readonly UsedPlace[] = [
  { resource: 'Bill', direction: 'send', pointer: '/lines/*/account', invoices: ['Paper & Co 1', 'Paper & Co 2'] },
  { resource: 'Bill', direction: 'send', pointer: '/lines/*/department', invoices: [] },
]

describe('recorded exports of the scenario', () => {
  const root = join(import.meta.dirname, '..', '..')
  const recordings = join(root, 'scenarios', 'tryton-ap', 'recordings')
  const newest = () => {
    const files = readdirSync(recordings).filter((file) => file.endsWith('.ndjson'))
    return join(recordings, files.sort().at(-1) ?? '')
  }
  const compare = (recording: string) =>
    diffSchemas({
      oldPath: join(root, 'snapshots', 'tryton-6.0'),
      newPath: join(root, 'snapshots', 'tryton-7.0'),
      direction: 'both',
      recording,
    })

  it('tells which invoices a change touches and what they are worth', async () => {
    const { differences } = await compare(newest())
    const digits = differences.find(
      ({ resource, pointer }) => resource === 'account.invoice' && pointer === '/currency_digits',
    )?.relevance
    expect([digits?.state, Object.keys(digits?.amounts ?? {})]).toEqual(['used', ['EUR', 'GBP', 'USD']])
    for (const { relevance } of differences) {
      expect(Object.keys(relevance.amounts).length > 0).toBe(relevance.state === 'used')
      for (const amount of Object.values(relevance.amounts)) expect(Number(amount)).toBeGreaterThan(0)
    }
  })

  it('tells what is mapped and was never exported', async () => {
    const unused = (await compare(newest())).differences.find(({ relevance }) => relevance.state === 'not-used')
    const recording = join(folder, 'tryton-ap', 'recordings', 'october.ndjson')
    const { resource, direction, pointer } = unused ?? { resource: '', direction: 'send', pointer: '/' }
    const row = { from: '/agent', to: { resource, field: pointer.split('/')[1] }, direction }
    await file('tryton-ap/mapping.yaml', { fields: [row] })
    await mkdir(join(folder, 'tryton-ap', 'recordings'))
    await copyFile(newest(), recording)
    const found = (await compare(recording)).differences.find(
      (difference) =>
        difference.resource === resource && difference.direction === direction && difference.pointer === pointer,
    )
    expect(found?.relevance).toMatchObject({ state: 'mapped', invoices: [], amounts: {} })
  })
})

describe('change-gate diff', () => {
  it('says what breaks, what it touches, and what may be renamed', async () => {
    const [oldPath, newPath] = [await file('old.json', OLD), await file('new.json', NEW)]
    const report = await structureReport(await readPublishedSchema(oldPath), await readPublishedSchema(newPath), {
      direction: 'send',
      oldFile: 'old.json',
      newFile: 'new.json',
      used,
      amounts: {
        'Paper & Co 1': { currency: 'EUR', gross: '10.50' },
        'Paper & Co 2': { currency: 'EUR', gross: '0.50' },
      },
    })
    StructureReport.parse(report)
    expect(report.counts).toEqual({ breaking: 3, unknown: 0, compatible: 3, blocking: 1 })
    const facts = report.differences.map(({ pointer, keyword, change, effect, relevance }) => [
      `${pointer} ${keyword} ${change} ${effect}`,
      relevance.state,
      relevance.amounts,
    ])
    expect(facts).toEqual([
      ['/lines/*/account maxLength narrowed breaking', 'used', { EUR: '11.00' }],
      ['/lines/*/department property removed breaking', 'mapped', {}],
      ['/lines/*/department_code property added compatible', 'not-used', {}],
      ['/lines/*/state enum narrowed breaking', 'not-used', {}],
      ['/lines/*/state enum widened compatible', 'not-used', {}],
      ['/memo property added compatible', 'not-used', {}],
    ])
    expect(
      report.renames.map(({ kind, from, to, oldValue, newValue }) => [kind, from, to, oldValue, newValue]),
    ).toEqual([
      ['field', '/lines/*/department', '/lines/*/department_code', null, null],
      ['value', '/lines/*/state', '/lines/*/state', 'close', 'closed'],
    ])
  })

  it('takes equal values of recorded invoices for the best evidence of a rename', async () => {
    const old = await readPublishedSchema(await file('a.json', bill(line({ dim1: { type: 'string' } }))))
    const next = await readPublishedSchema(
      await file('b.json', bill(line({ costCenter: { type: 'string' }, region: { type: 'string' } }))),
    )
    const values: Readonly<Record<string, readonly string[]>> = {
      '/lines/*/dim1': ['"D10"', '"D20"', '"D10"'],
      '/lines/*/costCenter': ['"D10"', '"D20"', '"D10"'],
      '/lines/*/region': ['"N"', '"S"', '"N"'],
    }
    const options = { direction: 'read', oldFile: 'a', newFile: 'b' } as const
    expect((await structureReport(old, next, options)).renames).toEqual([])
    const { renames } = await structureReport(old, next, {
      ...options,
      values: (_side, _resource, pointer) => values[pointer],
    })
    expect(renames).toMatchObject([{ from: '/lines/*/dim1', to: '/lines/*/costCenter' }])
    expect(renames[0]?.evidence.join()).toContain('3 recorded invoices carry the same values in both')
  })

  it('lets no rival that has a better match of its own stand in the way of a rename', async () => {
    const hours = { type: 'number' }
    const old = await readPublishedSchema(
      await file('r.json', bill(line({ HoursPerYear: hours, CarryoverAmount: hours }))),
    )
    const next = await readPublishedSchema(
      await file('s.json', bill(line({ HoursperYear: hours, CarryoverHours: hours }))),
    )
    const { renames } = await structureReport(old, next, { direction: 'read', oldFile: 'r', newFile: 's' })
    expect(renames.map(({ from, to }) => [from, to])).toEqual([
      ['/lines/*/HoursPerYear', '/lines/*/HoursperYear'],
      ['/lines/*/CarryoverAmount', '/lines/*/CarryoverHours'],
    ])
  })

  it('asks a second engine about what it can judge, and agrees with it', async () => {
    const report = await diffSchemas({
      oldPath: await file('o.json', OLD),
      newPath: await file('n.json', NEW),
      direction: 'both',
    })
    expect(report.secondOpinion).toEqual({ engine: 'json-schema-diff', agreed: 2, disagreed: [], notAsked: 2 })
  })

  it.each(STRUCTURE_FORMATS)('renders as %s without a trace of hostile names', async (format) => {
    const hostile = '<script>alert(1)</script>|`\u202e\u001b[31m'
    const report = await diffSchemas({
      oldPath: await file('h1.json', bill(line({ [hostile]: { type: 'string' } }))),
      newPath: await file('h2.json', bill(line({}))),
      direction: 'both',
    })
    const text = renderStructureReport(report, format)
    expect(text).toContain('breaking')
    expect(renderStructureReport(report, format)).toBe(text)
    if (format !== 'json') for (const unseen of ['\u001b', '\u202e']) expect(text).not.toContain(unseen)
    if (format === 'html' || format === 'markdown') expect(text).not.toContain('<script>alert')
  })

  it.each(STRUCTURE_FORMATS.filter((format) => format !== 'json'))(
    'tells a rename once for both directions as %s',
    async (format) => {
      const report = await diffSchemas({
        oldPath: await file('r1.json', bill(line({ department: { type: 'string' } }))),
        newPath: await file('r2.json', bill(line({ department_code: { type: 'string' } }))),
        direction: 'both',
      })
      expect(report.renames.map(({ direction }) => direction)).toEqual(['read', 'send'])
      const text = renderStructureReport(report, format)
      expect(text.match(/read and send .*department\\?_code, confidence/g)).toHaveLength(1)
    },
  )

  it('answers an equal pair with nothing', async () => {
    const path = await file('same.json', OLD)
    const report = await diffSchemas({ oldPath: path, newPath: path, direction: 'both' })
    expect(report.differences).toEqual([])
    expect(renderStructureReport(report, 'text')).toContain('Nothing changed')
  })
})

describe('hostile files', () => {
  it('refuses a file of 200 MB without reading it', async () => {
    const path = join(folder, 'large.json')
    const handle = await open(path, 'w')
    await handle.truncate(200 * 1024 * 1024)
    await handle.close()
    await expect(readPublishedSchema(path)).rejects.toMatchObject({ code: 'file-too-large' })
  })

  it.each([
    ['a path that leaves the folder', '../secret.json'],
    ['an absolute path behind a link', 'link.json'],
  ])('refuses %s', async (_name, reference) => {
    await file('secret.json', { type: 'string' })
    await symlink(join(folder, 'secret.json'), join(folder, 'specs', 'link.json')).catch(() => undefined)
    const path = await file('specs/bill.json', bill({ $ref: reference }))
    await symlink(join(folder, 'secret.json'), join(folder, 'specs', 'link.json')).catch(() => undefined)
    await expect(readPublishedSchema(path)).rejects.toMatchObject({ code: 'path-outside-folder' })
  })

  it('follows references within the folder, in circles too', async () => {
    await file('circle/line.json', { type: 'object', properties: { bill: { $ref: 'sub/bill.json' } } })
    await file('circle/sub/bill.json', { type: 'object', properties: { lines: { items: { $ref: '../line.json' } } } })
    const schema = await readPublishedSchema(await file('circle/root.json', bill({ $ref: 'line.json' })))
    expect(Object.keys(schema.definitions)).toEqual([
      'line.json##',
      'line.json## (sent)',
      'sub/bill.json##',
      'sub/bill.json## (sent)',
    ])
  })

  it.each([
    ['nothing', ''],
    ['an error page', '<html><body>502</body></html>'],
    ['bytes', '\u0000\u0001\u0002'],
  ])('says that it does not know %s', async (_name, text) => {
    await expect(readPublishedSchema(await file('garbage.json', text))).rejects.toMatchObject({
      code: 'schema-invalid',
    })
  })

  it('names a missing file', () => {
    expect(() => schemaDocumentAt(join(folder, 'missing.json'))).toThrow(/missing\.json/)
  })
})

describe.runIf(existsSync(PAIRS))('real pairs', () => {
  const pairs = existsSync(PAIRS) ? readdirSync(PAIRS) : []
  const inPair = (pair: string, side: string) => {
    const name = readdirSync(join(PAIRS, pair)).find((entry) => entry.startsWith(`${side}.`))
    return join(PAIRS, pair, name ?? '')
  }

  it.each(pairs)('%s is compared, the same way twice, with an effect and a reason for each change', async (pair) => {
    const run = async () => {
      const [old, next] = [
        await readPublishedSchema(inPair(pair, 'old')),
        await readPublishedSchema(inPair(pair, 'new')),
      ]
      return structureReport(old, next, { direction: 'both', oldFile: 'old', newFile: 'new' })
    }
    const report = StructureReport.parse(await run())
    expect(report.differences.length).toBeGreaterThan(0)
    expect(report.differences.length).toBeLessThan(2_000)
    const unknown = report.differences.filter(({ effect }) => effect === 'unknown').length
    expect(unknown / report.differences.length).toBeLessThan(0.1)
    expect(JSON.stringify(await run())).toBe(JSON.stringify(report))
  })
})
