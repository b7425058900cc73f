import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { golden, variants } from '../reporters/fixtures/golden.ts'
import { hostile } from '../reporters/fixtures/hostile.ts'
import json from '../reporters/json.ts'
import { keepEarlierRun, keepRun, readHistory, writeHistory } from './history.ts'

let reports: string
beforeEach(async () => {
  reports = await mkdtemp(join(tmpdir(), 'change-gate-history-'))
})
afterEach(() => rm(reports, { recursive: true, force: true }))

const ERP = 'tryton-ap/erp-7.0'

test('runs are listed by integration and change, each with what changed since the one before', async () => {
  await keepRun(join(reports, ERP), at(golden(), '2026-11-01'))
  await keepRun(join(reports, ERP), at(variants().go, '2026-11-02'))
  await keepRun(join(reports, 'tryton-ap/control-6.0'), at(variants().go, '2026-11-01'))
  const { changes, unreadable } = await readHistory(reports)
  expect(unreadable).toEqual([])
  expect(
    changes.map(({ integration, change, runs }) => [integration, change, runs.map(({ run }) => run.verdict)]),
  ).toEqual([
    ['tryton-ap', 'control-6.0', ['go']],
    ['tryton-ap', 'erp-7.0', ['go', 'no-go']],
  ])
  const open = golden().findings.filter(({ severity, status }) => severity !== 'info' && status === 'unexpected')
  expect(changes[1]?.runs.map(({ progress }) => progress?.fixed.length)).toEqual([open.length, undefined])
  const html = await indexOf()
  expect(html).toContain(`${open.length} fixed`)
  expect(html).toContain('href="./tryton-ap/erp-7.0/report.html"')
  expect(html).toContain('href="./tryton-ap/erp-7.0/runs/2026-11-01T08-00-00.000Z.json"')
  expect(html.replace(/sha256-/, '')).not.toMatch(/<script|https?:|url\((?!#)/)
})

test('the latest of an older harness is kept before it is overwritten, and a run is listed once', async () => {
  await mkdir(join(reports, ERP), { recursive: true })
  await writeFile(join(reports, ERP, 'assessment.json'), json.render(at(golden(), '2026-11-01')))
  expect((await readHistory(reports)).changes[0]?.runs.map(({ run }) => run.file)).toEqual([`${ERP}/assessment.json`])
  await keepEarlierRun(join(reports, ERP))
  expect((await readHistory(reports)).changes[0]?.runs.map(({ run }) => run.file)).toEqual([
    `${ERP}/runs/2026-11-01T08-00-00.000Z.json`,
  ])
})

test('a file that cannot be read is named, and the others are listed', async () => {
  await keepRun(join(reports, ERP), at(golden(), '2026-11-01'))
  await writeFile(
    join(reports, ERP, 'runs/2026-11-02.json'),
    json.render(golden()).replace('"version": 1', '"version": 2'),
  )
  const { changes, unreadable } = await readHistory(reports)
  expect(changes[0]?.runs).toHaveLength(1)
  expect(unreadable).toEqual([
    { file: `${ERP}/runs/2026-11-02.json`, why: expect.stringMatching(/has version 2; 1 is known/) },
  ])
  expect(await indexOf()).toContain(`<code>${ERP}/runs/2026-11-02.json</code>`)
})

test('the same runs are the same bytes, and hostile content is inert', async () => {
  await keepRun(join(reports, ERP), at(hostile(), '2026-11-01'))
  await keepRun(join(reports, ERP), at(hostile(), '2026-11-02'))
  const html = await indexOf()
  expect(await indexOf()).toBe(html)
  expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Cs}/u)
  expect(html.match(/<(script|img|svg|iframe)\b/g)).toBeNull()
})

test('more findings than fit are counted, and where the rest is', async () => {
  const [finding] = golden().findings
  if (finding === undefined) throw new Error('the golden assessment has findings')
  const findings = Array.from({ length: 70 }, (_, index) => ({
    ...finding,
    severity: 'error' as const,
    status: 'unexpected' as const,
    fingerprint: index.toString(16).padStart(12, '0'),
  }))
  await keepRun(join(reports, ERP), at({ ...golden(), findings }, '2026-11-01'))
  expect(await indexOf()).toContain('Showing 50 of 70; the assessments hold all')
})

async function indexOf(): Promise<string> {
  await writeHistory(reports)
  return readFile(join(reports, 'index.html'), 'utf8')
}

function at(assessment: ChangeAssessment, day: string): ChangeAssessment {
  return { ...assessment, meta: { ...assessment.meta, assessedAt: `${day}T08:00:00.000Z` } }
}
