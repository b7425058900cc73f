import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { Reporter } from '../ports/reporter.ts'
import { golden, variants } from './fixtures/golden.ts'
import { hostile } from './fixtures/hostile.ts'

const ids = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort()

/** What every reporter owes, whatever it renders. */
describe.each(ids)('%s', async (id) => {
  const { default: reporter }: { default: Reporter } = await import(new URL(`${id}.ts`, import.meta.url).href)

  test('has an id, a title and an extension', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(reporter.title).not.toBe('')
    expect(reporter.extension).toMatch(/^[a-z]+$/)
  })

  test.each([...Object.entries(variants()), ['hostile', hostile()] as const])(
    'renders %s to the same bytes twice, ends with a line feed and leaves it as it was',
    (_name, assessment) => {
      const given = frozen(structuredClone(assessment))
      const rendered = reporter.render(given)
      expect(reporter.render(given)).toBe(rendered)
      expect(rendered.endsWith('\n')).toBe(true)
      expect(given).toEqual(assessment)
    },
  )

  // Canonical JSON keeps every character that JSON may hold: its bytes are what digests are taken of.
  if (id !== 'json') {
    test('shows or escapes every unseen character', () => {
      const rendered = reporter.render(hostile()).replaceAll('\n', '')
      expect(rendered).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Cs}/u)
    })
  }

  // The page is looked at in Chromium, and the JSON assessment is the fixture itself.
  if (id !== 'html' && id !== 'json') {
    test('reads as reviewed', async () => {
      await expect(reporter.render(golden())).toMatchFileSnapshot(`./fixtures/${id}-no-go.golden.txt`)
    })
  }
})

function frozen(value: ChangeAssessment): ChangeAssessment {
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    for (const member of Object.values(part)) freeze(member)
    Object.freeze(part)
  }
  freeze(value)
  return value
}
