import { expect, test } from 'vitest'
import { readResults } from './results.ts'

const WHERE = {
  from: 'stdout' as const,
  invoice: '/id',
  status: '/outcome/status',
  message: '/outcome/text',
  statuses: { exported: ['posted'], 'not-exported': ['rejected'], 'already-there': ['duplicate'], unsure: ['lost'] },
}
const line = (id: string, status: string, text?: string) => JSON.stringify({ id, outcome: { status, text } })

test('results are read from between other lines of an output', () => {
  const output = ['Tryton 6.0 at http://…', line('AP-1', 'posted'), '{broken', line('AP-2', 'rejected', 'no period')]
  expect(readResults(output.join('\n'), WHERE)).toEqual([
    { invoice: 'AP-1', status: 'posted', claim: 'exported', message: '' },
    { invoice: 'AP-2', status: 'rejected', claim: 'not-exported', message: 'no period' },
  ])
})

test.each([
  ['duplicate', 'already-there'],
  ['lost', 'unsure'],
  ['Posted', 'unknown-status'],
])('the status %s is read as %s', (status, claim) => {
  expect(readResults(line('AP-1', status), WHERE)).toMatchObject([{ status, claim }])
})

test('a file holds a list or lines, and an empty file nothing', () => {
  const file = { ...WHERE, from: 'file' as const }
  const list = `[${line('AP-1', 'posted')},${line('AP-2', 'lost')}]`
  expect(readResults(list, file).map(({ invoice }) => invoice)).toEqual(['AP-1', 'AP-2'])
  expect(readResults(`${line('AP-1', 'posted')}\n`, file).map(({ invoice }) => invoice)).toEqual(['AP-1'])
  expect(readResults('', file)).toEqual([])
})
