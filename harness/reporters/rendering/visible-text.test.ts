import { describe, expect, test } from 'vitest'
import { revealed, visible, visibleLines, visibleValue } from './visible-text.ts'

const rows: readonly (readonly [name: string, given: string, shown: string])[] = [
  ['a supplier in Arabic stays as it is', 'مؤسسة النور للتجارة', 'مؤسسة النور للتجارة'],
  ['a supplier in Japanese stays as it is', '株式会社山本製作所', '株式会社山本製作所'],
  ['a joiner inside a Persian word stays', 'می\u200cخواهم', 'می\u200cخواهم'],
  ['a joiner between Latin letters is shown', 'pay\u200cpal', 'pay⟨U+200C⟩pal'],
  ['a right-to-left override is shown', 'invoice\u202efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
  ['an isolate is shown', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
  ['a line feed cannot start a line of its own', 'x\nVERDICT: GO', 'x⟨U+000A⟩VERDICT: GO'],
  ['a terminal escape is shown', '\u001b[31mred', '⟨U+001B⟩[31mred'],
  ['a zero byte is shown', 'a\u0000b', 'a⟨U+0000⟩b'],
  ['a C1 control is shown', 'a\u009bb', 'a⟨U+009B⟩b'],
  ['a zero-width space is shown', 'AP\u200b2401', 'AP⟨U+200B⟩2401'],
  ['a blank letter is shown', 'Kim\u3164', 'Kim⟨U+3164⟩'],
  ['a tag character is shown', '\u{e0041}', '⟨U+E0041⟩'],
  ['a lone surrogate is shown', 'a\ud800', 'a⟨U+D800⟩'],
  ['a line separator is shown', 'a\u2028b', 'a⟨U+2028⟩b'],
]

describe('visible text', () => {
  test.each(rows)('%s', (_name, given, shown) => {
    expect(visible(given)).toBe(shown)
  })

  test('keeps line feeds where lines are wanted', () => {
    expect(visibleLines('a:\n  b\u0007\n')).toBe('a:\n  b⟨U+0007⟩\n')
  })

  test('reveals spaces of a compared value that look like nothing or like each other', () => {
    expect(revealed('  40\u00a0u [PAPER-A4] ')).toBe('␣␣40⟨U+00A0⟩u [PAPER-A4]␣')
  })

  test('reaches every string of a value, keys included', () => {
    expect(visibleValue({ 'a\u202e': ['\u0000', { b: 'c' }, 1, null, true] })).toEqual({
      'a⟨U+202E⟩': ['⟨U+0000⟩', { b: 'c' }, 1, null, true],
    })
  })
})
