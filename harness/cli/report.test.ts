import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { golden } from '../reporters/fixtures/golden.ts'
import markdown from '../reporters/markdown.ts'
import { Workspace } from './testing/workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.create()
  const stored = new URL('../reporters/fixtures/tryton-7.0-no-go.json', import.meta.url)
  await copyFile(stored, join(workspace.folder, 'assessment.json'))
})
afterAll(() => workspace.remove())

test('a stored assessment is printed by the reporter that is named, and the verdict does not set the status', async () => {
  const { status, out, err } = await workspace.run(['report', 'assessment.json', '--format', 'markdown'])
  expect([status, err]).toEqual([0, ''])
  expect(`${out}\n`).toBe(markdown.render(golden()))
})

test('it is written to the file that is named', async () => {
  const { status, out } = await workspace.run(['report', 'assessment.json', '--format', 'markdown', '--out', 'a/b.md'])
  expect([status, out]).toEqual([0, 'a/b.md'])
  expect(await workspace.read('a/b.md')).toBe(markdown.render(golden()))
})

test('a wrong format lists those there are', async () => {
  const { status, err } = await workspace.run(['report', 'assessment.json', '--format', 'pdf'])
  expect(status).toBe(2)
  expect(err).toMatch(
    /error plug-in-unknown: There is no "pdf" in reporters\.\n {2}next: Choose one of: ctrf, .*, text\./,
  )
})

test.each([
  [
    'a newer version',
    (text: string) => text.replace('"version": 1', '"version": 2'),
    /artifact-version: .* 2; 1 is known/,
  ],
  ['no version', (text: string) => text.replace('"version": 1', '"version": 0'), /json-invalid: .* no version/],
  ['another document', () => '{"format":"erp-change-gate/recording","version":1}', /json-invalid: .* is no erp-change/],
  ['half a document', (text: string) => text.slice(0, 400), /json-invalid: .* is not JSON/],
  ['a verdict that is none', (text: string) => text.replace(/"verdict": "[^"]+"/, '"verdict": "ok"'), /verdict/],
] as const)('%s is refused', async (_name, spoil, message) => {
  await workspace.write('spoiled.json', spoil(await workspace.read('assessment.json')))
  const { status, out, err } = await workspace.run(['report', 'spoiled.json', '--format', 'text'])
  expect([status, out]).toEqual([2, ''])
  expect(err).toMatch(message)
})
