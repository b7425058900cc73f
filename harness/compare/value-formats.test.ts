import { describe, expect, it } from 'vitest'
import type { ValueLists } from '../model/snapshot.ts'
import { formatChanges, valueRenames } from './value-formats.ts'

function lists(codes: Readonly<Record<string, string>>): ValueLists {
  return { accounts: Object.entries(codes).map(([code, name]) => ({ id: code, code, active: true, fields: { name } })) }
}

describe('value formats', () => {
  it.each([
    ['nothing new', { '01-4000': 'Rent' }, { '01-4000': 'Rent', '01-4100': 'Paper' }, []],
    [
      'a longer segment',
      { '01-4000-100': 'Rent' },
      { '001-4000-100': 'Rent' },
      [['99-9999-999', '999-9999-999', 3, 3]],
    ],
    ['a segment more', { '01-4000': 'Rent' }, { '01-4000-00': 'Rent' }, [['99-9999', '99-9999-99', 2, 3]]],
    ['letters for digits', { '4000': 'Rent' }, { R400: 'Rent' }, [['9999', 'A999', 1, 1]]],
    ['an old shape that still exists', { '4000': 'Rent' }, { '4000': 'Rent', R400: 'Rent' }, []],
  ])('sees %s', (_name, before, after, expected) => {
    const changes = formatChanges(lists(before), lists(after))
    expect(changes.map(({ old, new: next, segments }) => [old[0], next[0], segments.old, segments.new])).toEqual(
      expected,
    )
  })

  it.each([
    ['one value under another code', { D10: 'Sales' }, { CC10: 'Sales' }, [['D10', 'CC10']]],
    ['two with the same title', { D10: 'Sales' }, { CC10: 'Sales', CC11: 'Sales' }, []],
    ['a value that is still there', { D10: 'Sales' }, { D10: 'Sales', CC10: 'Sales' }, []],
  ])('proposes a rename for %s', (_name, before, after, expected) => {
    const renames = valueRenames(lists(before), lists(after), () => 'name')
    expect(renames.map(({ from, to }) => [from, to])).toEqual(expected)
  })
})
