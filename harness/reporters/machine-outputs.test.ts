import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { parse as readResults } from 'test-results-parser'
import { describe, expect, test, vi } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import ctrf from './ctrf.ts'
import { golden, variants } from './fixtures/golden.ts'
import { hostile } from './fixtures/hostile.ts'
import { huge, longest } from './fixtures/large.ts'
import githubAnnotations from './github-annotations.ts'
import junit from './junit.ts'
import markdown from './markdown.ts'
import openmetrics from './openmetrics.ts'
import { casesOf } from './rendering/cases.ts'
import { visible, visibleValue } from './rendering/visible-text.ts'
import sarif from './sarif.ts'
import servicenow from './servicenow.ts'

const PARSER = 'prometheus_client.openmetrics.parser'

const large = huge()

const assessments: readonly (readonly [name: string, assessment: ChangeAssessment])[] = [
  ...Object.entries(variants()),
  ['hostile', hostile()],
  ['longest', longest()],
  ['100,000 invoices', large],
]

describe('sarif', () => {
  const validate = schemaOf('sarif-schema-2.1.0.json')

  test.each(assessments)('%s is valid SARIF 2.1.0 within the limits of GitHub', (_name, assessment) => {
    const log = JSON.parse(sarif.render(assessment))
    validate(log)
    expect(validate.errors ?? []).toEqual([])
    expect(log.runs[0].results.length).toBeLessThanOrEqual(5_000)
  })

  test('what is beyond the limit is said', () => {
    const [run] = JSON.parse(sarif.render(large)).runs
    expect(run.invocations[0].toolExecutionNotifications[0].message.text).toMatch(
      /^5 0\d\d more results: see the report\.$/,
    )
  })

  test('a waived finding is suppressed with its reason, a handled one is a note', () => {
    const [run] = JSON.parse(sarif.render(golden())).runs
    const suppressed = run.results.filter((result: { suppressions?: unknown }) => result.suppressions !== undefined)
    expect(suppressed).toMatchObject([
      { ruleId: 'journal-side-changed', level: 'note', suppressions: [{ kind: 'external' }] },
    ])
    expect(suppressed[0].suppressions[0].justification).toMatch(/^Balances are equal\..* approved by Thérèse Ndiaye/)
  })

  const placesIn = (assessment: ChangeAssessment) => {
    type Place = { physicalLocation?: { artifactLocation: { uri: string }; region: { startLine: number } } }
    type Result = { ruleId: string; locations?: Place[]; relatedLocations?: Place[] }
    const results: Result[] = JSON.parse(sarif.render(assessment)).runs[0].results
    const shown = ({ physicalLocation: at }: Place) =>
      at === undefined ? 'nowhere' : `${at.artifactLocation.uri.split('/').at(-1)}:${at.region.startLine}`
    return results.map(({ ruleId, locations = [], relatedLocations = [] }) =>
      [ruleId, ...[...locations, ...relatedLocations].map(shown)].join(' '),
    )
  }

  test('points at the lines of the announcement, the mapping row, the waiver and the open note, else of the change request', () => {
    expect(placesIn(golden())).toEqual([
      'release-note-open change.yaml:41',
      'release-note-open change.yaml:65',
      'release-note-open change.yaml:74',
      'dimension-lost change.yaml:3',
      'list-value-renamed change.yaml:38',
      'confirmation-required change.yaml:3',
      'quantity-limit-lifted mapping.yaml:47',
      'amount-rounded change.yaml:3',
      'draft-total-changed change.yaml:29 mapping.yaml:79',
      'field-removed change.yaml:19 mapping.yaml:80',
      'field-removed change.yaml:20 mapping.yaml:81',
      'journal-side-changed waivers.yaml:5',
      'identifier-altered change.yaml:64 mapping.yaml:11',
      'text-altered change.yaml:64',
      'requirement-lifted change.yaml:55',
    ])
  })

  test('a fault of a waiver is mended in the waiver', () => {
    const [waiver] = golden().waivers
    const [finding] = golden().findings
    if (waiver === undefined || finding === undefined) throw new Error('the golden assessment has a waiver')
    const faulty = { ...finding, check: 'waiver-expired', args: { waiver: waiver.fingerprint }, notes: [] }
    expect(placesIn({ ...golden(), findings: [faulty], notes: [] })).toEqual(['waiver-expired waivers.yaml:5'])
  })

  test('an assessment of before lines were kept points nowhere', () => {
    const { written: _, ...before } = golden()
    expect(new Set(placesIn(before).map((place) => place.split(' ').slice(1).join(' ')))).toEqual(
      new Set(['nowhere', '']),
    )
  })
})

describe('ctrf', () => {
  const validate = schemaOf('ctrf-schema-0.0.json')

  test.each(assessments)('%s is valid CTRF, and its summary adds up', (_name, assessment) => {
    const report = JSON.parse(ctrf.render(assessment))
    validate(report)
    expect(validate.errors ?? []).toEqual([])
    const { tests, passed, failed, skipped, pending, other } = report.results.summary
    expect(passed + failed + skipped + pending + other).toBe(tests)
    expect(report.results.tests.length).toBe(tests)
  })
})

describe('junit', () => {
  test.each(assessments.slice(0, -1))(
    '%s is well-formed, and its counts are those of its cases',
    (_name, assessment) => {
      const xml = junit.render(assessment)
      expect(XMLValidator.validate(xml)).toBe(true)
      const { testsuites } = new XMLParser({
        ignoreAttributes: false,
        attributeNamePrefix: '',
        isArray: (name) => name === 'testsuite' || name === 'testcase',
      }).parse(xml)
      const cases = testsuites.testsuite.flatMap((suite: { testcase: object[] }) => suite.testcase)
      const having = (element: string) => String(cases.filter((entry: object) => element in entry).length)
      expect(testsuites).toMatchObject({
        tests: String(cases.length),
        failures: having('failure'),
        errors: having('error'),
        skipped: having('skipped'),
      })
    },
  )

  test.each(assessments.slice(0, -1))(
    '%s is read by a consumer as what it says: case by case, and failed only when nothing is permitted',
    (_name, assessment) => {
      const cases = casesOf(visibleValue(assessment))
      const { suites, status, failed, errors } = consumed(junit.render(assessment))
      const permits = assessment.verdict === 'go' || assessment.verdict === 'conditional'
      expect([status, failed + errors > 0]).toEqual(permits ? ['PASS', false] : ['FAIL', true])
      const read = suites.flatMap((suite) =>
        suite.cases.map((entry) => `${suite.name} ${entry.name}: ${entry.status} ${entry.failure ?? ''}`),
      )
      const said = cases.map(({ suite, name, status: is, message }) => {
        const why = is === 'failed' || is === 'errored' ? visible(message.split('\n')[0] ?? '') : ''
        return `${suite} ${visible(name).trim()}: ${STATUSES[is]} ${why}`
      })
      expect(read).toEqual(said)
    },
  )

  test('fails exactly when the verdict permits nothing', () => {
    const failing = Object.entries(variants()).map(([name, assessment]) => {
      const [, failures, errors] = /failures="(\d+)" errors="(\d+)"/.exec(junit.render(assessment)) ?? []
      return [name, Number(failures) + Number(errors) > 0]
    })
    expect(failing).toEqual([
      ['no-go', true],
      ['go', false],
      ['conditional', false],
      ['undecided', true],
    ])
  })
})

describe('github-annotations', () => {
  test.each(assessments)('%s is at most ten commands, one a line', (_name, assessment) => {
    const lines = githubAnnotations.render(assessment).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(10)
    expect(lines.filter((line) => !/^::(error|warning|notice) title=[^:,]*::\S/.test(line))).toEqual([])
  })

  test.each(assessments)(
    "%s is what GitHub's own toolkit writes for the same titles and messages",
    (_name, assessment) => {
      const lines = githubAnnotations.render(assessment).trimEnd().split('\n')
      const decoded = (text: string) =>
        text
          .replaceAll('%0A', '\n')
          .replaceAll('%0D', '\r')
          .replaceAll('%2C', ',')
          .replaceAll('%3A', ':')
          .replaceAll('%25', '%')
      const written: string[] = []
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
      for (const line of lines) {
        const [, kind = '', title = '', message = ''] = /^::(\w+) title=([^:,]*)::(.*)$/.exec(line) ?? []
        const issue = { error: core.error, warning: core.warning, notice: core.notice }[kind]
        issue?.(decoded(message), { title: decoded(title) })
      }
      write.mockRestore()
      expect(written.join('').replaceAll('\r\n', '\n').trimEnd().split('\n')).toEqual(lines)
    },
  )

  test('counts the reasons that do not fit', () => {
    const { reasons } = longest()
    expect(githubAnnotations.render(longest())).toContain(`::${reasons.length - 8} more reasons: see the report.\n`)
  })
})

describe('markdown', () => {
  test.each(assessments)('%s fits a comment on GitHub', (_name, assessment) => {
    expect(markdown.render(assessment).length).toBeLessThan(65_536)
  })

  test('counts the findings that do not fit', () => {
    expect(markdown.render(large)).toMatch(/and 8 2\d\d more findings, see the report/)
    expect(markdown.render(large)).toContain('and 1 666 more findings for information, see the report')
  })

  test.each(assessments)(
    '%s is, to a parser of GitHub Markdown, text in the elements that are meant',
    (_name, assessment) => {
      const found = new Set<string>()
      const cells = new Set<string>()
      const visit = (node: Nodes): void => {
        found.add(node.type === 'html' ? node.value : node.type)
        if (node.type === 'table') cells.add([...new Set(node.children.map((row) => row.children.length))].join())
        if ('children' in node) for (const child of node.children) visit(child)
      }
      visit(fromMarkdown(markdown.render(assessment), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))
      const meant = [
        'root',
        'heading',
        'paragraph',
        'text',
        'strong',
        'inlineCode',
        'list',
        'listItem',
        'table',
        'tableRow',
        'tableCell',
        '<br>',
        '<!-- -->',
      ]
      expect([...found].filter((type) => !meant.includes(type))).toEqual([])
      // Every row of a table has the cells of its head.
      expect([...cells].filter((count) => count !== '5' && count !== '6')).toEqual([])
    },
  )

  test('hostile content is no HTML, link, mention or table cell', () => {
    const shown = markdown.render(hostile())
    expect(shown.replaceAll('<!-- -->', '').replaceAll('<br>', '')).not.toMatch(/<[a-z!/]/i)
    expect(shown).not.toMatch(/(?<!\\)\]\(|https?:\/\/|@[a-z]/i)
    const cells = shown.split('\n').filter((line) => /^\| (error|warning)/.test(line))
    expect(cells.map((line) => line.match(/(?<!\\)\|/g)?.length)).toEqual(cells.map(() => 7))
    expect(cells.length).toBeGreaterThan(0)
  })
})

describe('openmetrics', () => {
  const sample = /^[a-z_]+\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",)*[a-z_]+="(?:[^"\\\n]|\\["\\n])*"\} -?\d+(?:\.\d+)?$/
  const metadata = /^# (?:TYPE [a-z_]+ gauge|UNIT [a-z_]+ seconds|HELP [a-z_]+ [^\n]+)$/

  test.each(assessments)('%s is the text format, and no series comes twice', (_name, assessment) => {
    const lines = openmetrics.render(assessment).split('\n')
    expect(lines.slice(-2)).toEqual(['# EOF', ''])
    expect(lines.slice(0, -2).filter((line) => !sample.test(line) && !metadata.test(line))).toEqual([])
    const series = lines.filter((line) => sample.test(line)).map((line) => line.slice(0, line.lastIndexOf(' ')))
    expect(new Set(series).size).toBe(series.length)
  })

  test("the Prometheus project's own parser reads every one", (context) => {
    const python = ['/usr/bin/python3', 'python3'].find(
      (program) => spawnSync(program, ['-c', `import ${PARSER}`]).status === 0,
    )
    if (python === undefined) {
      if (process.env.CI) throw new Error('python3-prometheus-client is not installed, and CI must not skip it.')
      console.warn(
        'SKIPPED: python3-prometheus-client is not installed, so OpenMetrics was read by our own rules alone.',
      )
      context.skip()
    }
    const count = `import sys; from ${PARSER} import text_string_to_metric_families as read
print(sum(len(family.samples) for family in read(sys.stdin.read())))`
    for (const [name, assessment] of assessments) {
      const text = openmetrics.render(assessment)
      const samples = text.split('\n').filter((line) => sample.test(line)).length
      const read = spawnSync(python ?? '', ['-c', count], { input: text, encoding: 'utf8' })
      expect([name, read.stdout.trim(), read.stderr]).toEqual([name, String(samples), ''])
    }
    expect(spawnSync(python ?? '', ['-c', count], { input: 'gate_verdict 1\n' }).status).not.toBe(0)
  })
})

describe('servicenow', () => {
  test.each(assessments)('%s fits the columns', (_name, assessment) => {
    const fields: { start_date: string } = JSON.parse(servicenow.render(assessment))
    expect(Object.entries(fields).filter(([name, value]) => value.length > limitOf(name))).toEqual([])
    expect(fields.start_date).toBe('2026-12-05 20:00:00')
  })

  test('counts the lines that do not fit', () => {
    const { backout_plan: plan } = JSON.parse(servicenow.render(longest()))
    expect(plan).toMatch(/\nand \d+ more lines?, see the report$/)
  })
})

/** The consumer has no word for what could not be told, and fails it as well. */
const STATUSES = { passed: 'PASS', failed: 'FAIL', errored: 'FAIL', skipped: 'SKIP' }

type Consumed = Readonly<{
  status: string
  failed: number
  errors: number
  suites: readonly Readonly<{
    name: string
    cases: readonly Readonly<{ name: string; status: string; failure?: string }>[]
  }>[]
}>

/** JUnit XML as a library reads it that posts results to chats and dashboards. It takes files only. */
function consumed(xml: string): Consumed {
  const folder = mkdtempSync(join(tmpdir(), 'change-gate-junit-'))
  try {
    const file = join(folder, 'junit.xml')
    writeFileSync(file, xml)
    return readResults({ type: 'junit', files: [file] })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function limitOf(column: string): number {
  return column === 'short_description' || column === 'cab_recommendation' ? 160 : 4_000
}

function schemaOf(name: string) {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  return ajv.compile(JSON.parse(readFileSync(new URL(`./fixtures/schemas/${name}`, import.meta.url), 'utf8')))
}
