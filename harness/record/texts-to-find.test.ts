import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextsToFind } from './texts-to-find.ts'

test('finds what looking for each text in the whole finds, wherever the whole is parted', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '\n', '🧾'), maxLength: 24 })
  const wanted = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '\n', '🧾'), minLength: 1, maxLength: 6 }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), wanted, (parts, texts) => {
      const finding = new TextsToFind(texts)
      const found = parts.some((part) => finding.isIn(part))
      expect(found).toBe(texts.some((each) => parts.join('').includes(each)))
    }),
    { numRuns: 2000 },
  )
})
