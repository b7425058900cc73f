import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { expectationsText } from '../pipeline/expectations.ts'
import { loadPlugIns, plugInIds } from '../pipeline/registry.ts'

const DOCS = join(import.meta.dirname, '../../docs')

test('every expectation is listed with its arguments, an example to paste and what proves it', async () => {
  const expectations = await loadPlugIns('expectations')
  const text = await expectationsText('text')
  const listed = text.split('\n\n').map((entry) => entry.trimEnd().split('\n'))
  expect(listed.map(([id]) => id)).toEqual(await plugInIds('expectations'))
  for (const [id = '', title, ...rest] of listed) {
    const expectation = expectations.get(id)
    expect(title).toBe(`  ${expectation?.title}`)
    expect(rest).toContainEqual(`  proven by  ${expectation?.evidence}`)
    const [, example = ''] = /^ {2}example {4}(.*)$/.exec(rest.at(-1) ?? '') ?? []
    expect(parse(example)).toEqual([{ [id]: expectation?.example }])
  }
  expect(text).toContain(
    '  arguments  resource, field, values; and perhaps default, refused-with\n        or   resource, separator, position, values; and perhaps used-in, refused-with, default\n',
  )
})

test('they are JSON with --format json, arguments as JSON Schema', async () => {
  const Entry = z.object({
    id: z.string(),
    title: z.string(),
    evidence: z.string(),
    arguments: z.object({ $schema: z.string() }),
  })
  const entries = z.array(Entry).parse(JSON.parse(await expectationsText('json')))
  expect(entries.map(({ id }) => id)).toEqual(await plugInIds('expectations'))
})

test('docs/expectations.md lists them as the command prints them', async () => {
  const page = await readFile(join(DOCS, 'expectations.md'), 'utf8')
  const [, list] = page.split('<!-- change-gate expectations --format markdown -->\n\n')
  expect(list).toBe(await expectationsText('markdown'))
})
