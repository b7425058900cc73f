import { describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { golden } from './fixtures/golden.ts'
import html from './html.ts'
import markdown from './markdown.ts'
import text from './text.ts'

const NOT_THERE = 'the dimension department of bill.lines is called costCenter'
const NOT_SHOWN = 'in taxCodes, V12 becomes V115'

/** One difference that nobody announced, one announcement that is not there, and one that no invoice could show. */
function three(): ChangeAssessment {
  const from = golden()
  const [finding] = from.findings.filter(({ status, severity }) => status === 'unexpected' && severity === 'error')
  const [note] = from.notes.filter(({ affectsUs }) => affectsUs === 'yes')
  if (finding === undefined || note === undefined) throw new Error('the golden assessment has both')
  const expected = (expectation: string, summary: string, state: 'unmet' | 'untested') => [
    { expectation, summary, state, findings: [] },
  ]
  return {
    ...from,
    findings: [finding],
    notes: [
      { ...note, id: 'RN-21', expectations: expected('dimension-renamed', NOT_THERE, 'unmet') },
      { ...note, id: 'RN-22', expectations: expected('tax-code-changed', NOT_SHOWN, 'untested') },
    ],
  }
}

const assessment = three()
const [finding] = assessment.findings
const fingerprint = finding?.fingerprint ?? ''

describe.each([
  ['text', text],
  ['markdown', markdown],
  ['html', html],
])('%s', (_, reporter) => {
  // Every row, item and line by itself, and tags, signs of Markdown and breaks aside.
  const lines = reporter
    .render(assessment)
    .replace(/<\/(li|tr|article|p|h3)>/g, '\n')
    .replace(/<[^>]*>/g, ' ')
    .split(/\n(?! {20})/)
    .map((line) =>
      line
        .replace(/[`*\\]/g, '')
        .replace(/\s+/g, ' ')
        .replaceAll(' :', ':'),
    )
  const linesWith = (...parts: readonly string[]) => lines.filter((line) => parts.every((part) => line.includes(part)))

  test('tells unexpected, unmet and untested on lines of their own', () => {
    const unexpected = linesWith(fingerprint, 'unexpected')
    const unmet = linesWith('unmet:', NOT_THERE)
    const untested = linesWith('untested:', NOT_SHOWN)
    for (const found of [unexpected, unmet, untested]) expect(found).not.toEqual([])
    expect(unexpected.filter((line) => unmet.includes(line) || untested.includes(line))).toEqual([])
    expect(unmet.filter((line) => untested.includes(line))).toEqual([])
  })

  test('counts each state by itself', () => {
    expect(lines.join(' ').replace(/\s+/g, ' ')).toMatch(/0 met, 1 unmet, 1 untested/)
  })
})
