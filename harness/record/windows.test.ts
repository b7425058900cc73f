import { expect, test } from 'vitest'
import { windows } from './windows.ts'

const text = (sign: string, length: number) => sign.repeat(length)

test.each([
  { name: 'nothing is scanned where there is nothing', texts: [], expected: [] },
  { name: 'what is short is scanned at once', texts: ['a', 'b'], expected: ['a\nb'] },
  {
    name: 'the last texts of a part are scanned again with what follows',
    texts: [text('a', 1024 * 1024), 'b', text('c', 1024 * 1024), 'd', 'e'],
    expected: [[text('a', 1024 * 1024)], ['b', text('c', 1024 * 1024)], ['d', 'e']].map((part) => part.join('\n')),
  },
  {
    name: 'a text that ends a part and is short begins the next',
    texts: [text('a', 1024 * 1024 - 2), 'b', 'c'],
    expected: [`${text('a', 1024 * 1024 - 2)}\nb`, 'b\nc'],
  },
])('$name', ({ texts, expected }) => {
  expect([...windows(texts, '\n')]).toEqual(expected)
})
