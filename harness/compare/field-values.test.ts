import { expect, test } from 'vitest'
import { parseJson } from '../base/json.ts'
import { storedValues } from './field-values.ts'

const relation = (resource: string, field: string) =>
  resource === 'bill' && field === 'lines' ? 'bill.line' : undefined
const documents = [
  [
    '{"number":"B-1","lines":[{"dept":"D10","net":100.10},{"dept":"D20","net":5}]}',
    '{"number":"B-7","lines":[{"cc":"D10","net":100.10},{"cc":"D20","net":5}]}',
  ],
  ['{"number":"B-2","lines":[{"dept":"D30","net":1}]}', '{"number":"B-8","lines":[{"cc":"D30","net":1}]}'],
].map(([old = '', next = '']) => ({ old: parseJson(old), new: parseJson(next) }))

test.each([
  ['the old name of a field of the lines', 'old', 'bill.line', '/dept', ['"D10"', '"D20"', '"D30"']],
  ['the new name, in the same order', 'new', 'bill.line', '/cc', ['"D10"', '"D20"', '"D30"']],
  ['a field of the document itself', 'new', 'bill', '/number', ['"B-7"', '"B-8"']],
  ['amounts digit by digit', 'old', 'bill.line', '/net', ['100.10', '5', '1']],
  ['a field that nobody stored', 'old', 'bill.line', '/cc', undefined],
] as const)('%s', (_, side, resource, pointer, expected) => {
  const values = storedValues(documents, 'bill', { old: relation, new: relation })
  expect(values(side, resource, pointer)).toEqual(expected)
})
