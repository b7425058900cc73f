import { defineReporter } from '../ports/reporter.ts'
import { type Case, casesOf } from './rendering/cases.ts'
import { visible, visibleLines, visibleValue } from './rendering/visible-text.ts'

/** JUnit XML as Jenkins, GitLab and Azure Pipelines read it: `failure` is a finding, `error` is what could not be told. */
export default defineReporter({
  title: 'JUnit XML',
  extension: 'xml',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const { change, meta, verdict, evidence } = shown
    const cases = casesOf(shown)
    const suites = [...new Set(cases.map((entry) => entry.suite))]
    const properties = { verdict, 'evidence-level': evidence.level, from: change.from, to: change.to }
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="${quoted(`change-gate ${change.id}`)}" ${countsOf(cases)} time="${(meta.durationMs / 1000).toFixed(3)}">`,
      ...suites.flatMap((suite) => [
        `  <testsuite name="${suite}" ${countsOf(cases.filter((entry) => entry.suite === suite))} time="0" timestamp="${quoted(meta.assessedAt.slice(0, 19))}">`,
        '    <properties>',
        ...Object.entries(properties).map(
          ([name, value]) => `      <property name="${name}" value="${quoted(value)}"/>`,
        ),
        '    </properties>',
        ...cases.filter((entry) => entry.suite === suite).flatMap(caseLines),
        '  </testsuite>',
      ]),
      '</testsuites>',
      '',
    ].join('\n')
  },
})

function countsOf(cases: readonly Case[]): string {
  const inState = (status: Case['status']) => cases.filter((entry) => entry.status === status).length
  return `tests="${cases.length}" failures="${inState('failed')}" errors="${inState('errored')}" skipped="${inState('skipped')}"`
}

function caseLines(entry: Case): readonly string[] {
  const open = `    <testcase name="${quoted(entry.name)}" classname="change-gate.${entry.suite}" time="0"`
  if (entry.status === 'passed') return [`${open}/>`]
  const [first = ''] = entry.message.split('\n')
  const element = { failed: 'failure', errored: 'error', skipped: 'skipped' }[entry.status]
  const body =
    entry.status === 'skipped'
      ? `      <skipped message="${quoted(first)}"/>`
      : `      <${element} message="${quoted(first)}" type="${entry.suite}">${escaped(visibleLines(entry.message))}</${element}>`
  return [`${open}>`, body, '    </testcase>']
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function quoted(text: string): string {
  return escaped(visible(text)).replaceAll('"', '&quot;')
}
