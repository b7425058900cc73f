import { expect, test } from 'vitest'
import { AmbiguousName, LearnedNames } from './names.ts'

test('a record is found by its name, and its name by its id', () => {
  const names = new LearnedNames()
  names.learn('account.account', '57', '5100')
  names.learn('party.party', '57', 'S-104')
  expect(names.idOf('account.account', '5100')).toBe('57')
  expect(names.nameOf('party.party', '57')).toBe('S-104')
})

test('a name or an id that nobody learned is not known, and not guessed from another resource', () => {
  const names = new LearnedNames()
  names.learn('account.account', '57', '5100')
  expect(names.idOf('account.account', '510')).toBeUndefined()
  expect(names.idOf('analytic_account.account', '5100')).toBeUndefined()
  expect(names.nameOf('account.account', '5')).toBeUndefined()
})

test('the same record keeps its first name, and learning it again makes it no two', () => {
  const names = new LearnedNames()
  names.learn('account.account', '57', '5100')
  names.learn('account.account', '57', 'interaction 12')
  names.learn('account.account', '57', '5100')
  expect(names.nameOf('account.account', '57')).toBe('5100')
  expect(names.idOf('account.account', '5100')).toBe('57')
  expect(names.idOf('account.account', 'interaction 12')).toBeUndefined()
})

test('two records of one name are refused with both ids and what to do', () => {
  const names = new LearnedNames()
  for (const id of ['57', '58']) names.learn('analytic_account.account', id, 'D10')
  expect(() => names.idOf('analytic_account.account', 'D10')).toThrow(AmbiguousName)
  expect(() => names.idOf('analytic_account.account', 'D10')).toThrow(
    'analytic_account.account "D10" is ambiguous: ids 57 and 58 both have this name.',
  )
  try {
    names.idOf('analytic_account.account', 'D10')
  } catch (error) {
    expect(error).toMatchObject({
      code: 'recording-unusable',
      exit: 2,
      hint: expect.stringContaining('distinct codes'),
    })
  }
  expect(names.nameOf('analytic_account.account', '58')).toBe('D10')
})

test.each([
  ['a name with a space', 'S 104'],
  ['a name like a key', '__proto__'],
  ['an empty name', ''],
])('%s is a name', (_, name) => {
  const names = new LearnedNames()
  names.learn('party.party', '9', name)
  expect(names.idOf('party.party', name)).toBe('9')
})

test('what was known at some time is told apart from what was learned later, and stays so', () => {
  const names = new LearnedNames()
  names.learn('account.account', '57', '5100')
  const before = names.asOf(names.count)
  names.learn('account.account', '58', '5100')
  names.learn('account.account', '59', '5200')
  expect(['57', '58', '59'].map((id) => before.nameOf('account.account', id))).toEqual(['5100', undefined, undefined])
  expect(new LearnedNames(before).idOf('account.account', '5100')).toBe('57')
  expect(new LearnedNames(before).idOf('account.account', '5200')).toBeUndefined()
})
