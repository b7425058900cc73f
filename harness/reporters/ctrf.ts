import { canonicalJson, toJson } from '../base/json.ts'
import { defineReporter } from '../ports/reporter.ts'
import { type Case, casesOf } from './rendering/cases.ts'
import { visibleValue } from './rendering/visible-text.ts'

/** CTRF has no word for "could not be told": it is `other`, which no consumer counts as passed. */
const STATUSES = { passed: 'passed', failed: 'failed', errored: 'other', skipped: 'skipped' } as const

/** Common Test Report Format. */
export default defineReporter({
  title: 'CTRF',
  extension: 'json',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const { change, integration, meta, verdict, evidence } = shown
    const cases = casesOf(shown)
    const inState = (status: Case['status']) => cases.filter((entry) => entry.status === status).length
    const stop = Date.parse(meta.assessedAt)
    const [tool = meta.harness, version] = meta.harness.split(' ')
    const report = {
      reportFormat: 'CTRF',
      specVersion: '1.0.0',
      timestamp: meta.assessedAt,
      generatedBy: meta.harness,
      results: {
        tool: { name: tool, ...(version === undefined ? {} : { version }) },
        summary: {
          tests: cases.length,
          passed: inState('passed'),
          failed: inState('failed'),
          skipped: inState('skipped'),
          pending: 0,
          other: inState('errored'),
          suites: new Set(cases.map((entry) => entry.suite)).size,
          start: stop - meta.durationMs,
          stop,
        },
        tests: cases.map((entry) => ({
          name: entry.name,
          status: STATUSES[entry.status],
          rawStatus: entry.status,
          duration: 0,
          suite: [entry.suite],
          ...(entry.status === 'passed' ? {} : { message: entry.message }),
        })),
        environment: {
          appName: integration.title,
          testEnvironment: evidence.target.environment,
          extra: { verdict, change: change.id, from: change.from, to: change.to, evidence: evidence.level },
        },
      },
    }
    return `${canonicalJson(toJson(report), 2)}\n`
  },
})
