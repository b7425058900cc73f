import { describe, expect, test } from 'vitest'
import type { Run } from '../model/history.ts'
import { variants } from '../reporters/fixtures/golden.ts'
import { progressOf, runOf, withProgress } from './progress.ts'

const TAXES = { fingerprint: 'aaaaaaaaaaaa', message: 'Tax holds another amount.' }
const TOTAL = { fingerprint: 'bbbbbbbbbbbb', message: 'Total holds another amount.' }
const PERIOD = { fingerprint: 'cccccccccccc', message: 'Period is searched in vain.' }
const NOTHING = { fresh: [], open: [], fixed: [], accepted: [], unseen: [] }

describe('what changed since the run before', () => {
  test.each([
    ['nothing was there and nothing is', run([]), run([]), NOTHING],
    ['a finding came', run([TAXES]), run([TAXES, TOTAL]), { ...NOTHING, fresh: [TOTAL], open: [TAXES] }],
    ['a finding went', run([TAXES, TOTAL]), run([TAXES]), { ...NOTHING, open: [TAXES], fixed: [TOTAL] }],
    [
      'a finding is there and somebody announced or waived it',
      run([TAXES, PERIOD]),
      run([TAXES], { handled: [PERIOD.fingerprint] }),
      { ...NOTHING, open: [TAXES], accepted: [PERIOD] },
    ],
    [
      'a finding is not there because not everything was compared',
      run([TAXES, TOTAL]),
      run([TAXES], { complete: false }),
      { ...NOTHING, open: [TAXES], unseen: [TOTAL] },
    ],
    ['a waiver expired', run([], { handled: [TAXES.fingerprint] }), run([TAXES]), { ...NOTHING, fresh: [TAXES] }],
  ])('%s', (_name, previous, current, progress) => {
    expect(progressOf(previous, current)).toEqual(progress)
  })

  test('runs are ordered by their instant, newest first, and the first has nothing before it', () => {
    const [first, second, third] = [
      run([TAXES], { assessedAt: '2026-11-01T08:00:00.000Z', file: 'b.json' }),
      run([], { assessedAt: '2026-11-02T08:00:00.000Z', file: 'a.json' }),
      run([TAXES], { assessedAt: '2026-11-10T08:00:00.000Z', file: 'c.json' }),
    ]
    expect(withProgress([third, first, second])).toEqual([
      { run: third, progress: { ...NOTHING, fresh: [TAXES] } },
      { run: second, progress: { ...NOTHING, fixed: [TAXES] } },
      { run: first, progress: null },
    ])
  })
})

describe('what is kept of an assessment', () => {
  test.each(Object.entries(variants()))('%s: each finding is open or handled', (_name, assessment) => {
    const { open, handled, complete, verdict } = runOf(assessment, 'a.json')
    expect([...open.map(({ fingerprint }) => fingerprint), ...handled].sort()).toEqual(
      assessment.findings.map(({ fingerprint }) => fingerprint).sort(),
    )
    expect(open.map(({ fingerprint }) => fingerprint).sort()).toEqual(
      assessment.findings
        .filter(({ severity, status }) => severity !== 'info' && status === 'unexpected')
        .map(({ fingerprint }) => fingerprint)
        .sort(),
    )
    const isWhole = assessment.accounting.reconciles && assessment.checks.every(({ state }) => state !== 'errored')
    expect([complete, verdict]).toEqual([isWhole, assessment.verdict])
  })
})

function run(open: Run['open'], rest: Partial<Run> = {}): Run {
  return {
    file: 'tryton-ap/erp-7.0/runs/2026-11-01.json',
    assessedAt: '2026-11-01T08:00:00.000Z',
    verdict: 'no-go',
    from: '6.0',
    to: '7.0',
    evidence: 'recorded',
    target: 'mock',
    complete: true,
    open,
    handled: [],
    ...rest,
  }
}
