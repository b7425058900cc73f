import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workspace } from './testing/workspace.ts'

const ROOT = join(import.meta.dirname, '../..')

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.create()
})
afterAll(() => workspace.remove())

test('the excerpt in the README is what npm start prints', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const [, excerpt = ''] = /<!-- excerpt: start -->\n```text\n(.*?)\n```\n<!-- excerpt: end -->/s.exec(readme) ?? []
  const { out } = await workspace.run(['demo'])
  // A line of three dots stands for lines that were left out.
  const parts = excerpt.split('\n…\n')
  expect(parts.length).toBeGreaterThan(1)
  let from = 0
  for (const part of parts) {
    const at = out.indexOf(part, from)
    expect(at, `not printed:\n${part}`).toBeGreaterThanOrEqual(from)
    from = at + part.length
  }
  // A whole rehearsal, on a machine that may be busy with others.
}, 180_000)
