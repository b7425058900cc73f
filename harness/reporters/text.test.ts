import { describe, expect, test } from 'vitest'
import { golden, variants } from './fixtures/golden.ts'
import { hostile } from './fixtures/hostile.ts'
import text from './text.ts'

describe('text', () => {
  test.each(Object.entries(variants()))('%s reads as reviewed', async (name, assessment) => {
    await expect(text.render(assessment)).toMatchFileSnapshot(`./fixtures/text-${name}.golden.txt`)
  })

  test('a typical no-go fits a screen of 50 lines and 120 columns', () => {
    const lines = text.render(golden()).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(50)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  test('what is left out is counted', () => {
    const { reasons, findings } = golden()
    const shown = text.render(golden())
    expect(shown).toContain(`and ${reasons.length - 4} more reasons, see the report`)
    const silent = findings.filter(({ loudness, severity }) => loudness === 'silent' && severity !== 'info').length
    expect(shown).toContain(`and ${silent - 3} more findings, see the report`)
  })

  test('findings for information are counted apart', () => {
    expect(text.render(golden())).toContain('Besides    2 findings for information, see the report')
  })

  test('hostile content starts no line and moves no cursor', () => {
    const shown = text.render(hostile())
    expect(shown.split('\n')[0]).toMatch(/^NO-GO {2}CHG-0042/)
    expect(shown.split('\n').filter((line) => line.startsWith('GO'))).toEqual([])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  })
})
