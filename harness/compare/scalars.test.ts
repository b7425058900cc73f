import { describe, expect, test } from 'vitest'
import { type Json, parseJson } from '../base/json.ts'
import type { DifferenceClass } from '../model/difference.ts'
import { classify, isEmpty, sameValue, textOf, textsOf } from './scalars.ts'

describe('the same value', () => {
  test.each<[string, string, string, DifferenceClass | undefined, boolean]>([
    ['an amount with another number of digits', '"100.10"', '"100.1"', 'amount', true],
    ['an amount told as a number and as a text', '100.10', '"100.1"', 'amount', true],
    ['two amounts that a float takes for one', '"0.1000000000000000001"', '"0.1"', 'amount', false],
    ['an amount that is negative zero', '"-0.00"', '"0"', 'amount', true],
    ['a number in scientific notation', '1.0E2', '100', undefined, true],
    ['numbers above 2^53', '9007199254740993', '9007199254740992', undefined, false],
    ['a reference that lost its leading zeros', '"0815"', '"815"', 'identity', false],
    ['a reference that got a decimal place', '"100"', '"100.0"', 'identity', false],
    ['a cost account that lost its leading zero', '"0400"', '"400"', 'coding', false],
    ['a memo that looks like an amount', '"1.0"', '"1.00"', 'text', false],
    ['a leading zero where nothing is known of the field', '"0815"', '"815"', undefined, false],
    ['a rate of a value list', '"0.1900"', '"0.19"', undefined, true],
    ['texts that look alike and are composed otherwise', '"Bjørn Å"', '"Bjørn A\u030a"', 'text', false],
    ['texts that differ in white space', '"RE-77"', '"RE-77 "', 'identity', false],
    ['texts that differ in case', '"re-77"', '"RE-77"', 'identity', false],
    ['nothing and an empty text', 'null', '""', 'text', false],
    ['nothing and zero', 'null', '0', 'amount', false],
    ['false and nothing', 'false', 'null', 'coding', false],
    ['members in another order', '{"a":1,"b":2}', '{"b":2,"a":1.0}', undefined, true],
    ['rows in another order', '["5100","5200"]', '["5200","5100"]', undefined, false],
    ['a row less', '["5100","5100"]', '["5100"]', undefined, false],
  ])('%s', (_, left, right, meaning, same) => {
    expect(sameValue(parseJson(left), parseJson(right), meaning)).toBe(same)
    expect(sameValue(parseJson(right), parseJson(left), meaning)).toBe(same)
  })
})

describe('what happened to a value', () => {
  test.each<[string, Json, Json, Json | undefined, DifferenceClass, string, DifferenceClass]>([
    ['the department is gone', 'D10', null, 'D10', 'coding', 'absent', 'coding'],
    ['the memo is gone', 'Oktober', '', undefined, 'text', 'absent', 'text'],
    ['the taxes are gone', ['MVA 25'], [], undefined, 'coding', 'absent', 'coding'],
    ['a department appears that nobody sent', null, 'D10', undefined, 'coding', 'extra', 'coding'],
    ['a department appears that was sent as nothing', null, 'D10', '', 'coding', 'extra', 'coding'],
    ['a department appears in the place of the one sent', null, 'D10', 'D20', 'coding', 'defaulted', 'coding'],
    ['the account is not the one that was sent and stored', '5100', '5900', '5100', 'coding', 'defaulted', 'coding'],
    ['the account is another, and nobody sent one', '5100', '5900', undefined, 'coding', 'coerced', 'coding'],
    ['the amount differs by a cent', '100.10', '100.11', undefined, 'amount', 'rounded', 'rounding'],
    ['the amount differs by less than a cent', '100.104', '100.10', undefined, 'amount', 'rounded', 'rounding'],
    ['the amount differs by two cents', '100.10', '100.12', undefined, 'amount', 'coerced', 'amount'],
    ['the amount has the other sign', '0.01', '-0.01', undefined, 'amount', 'coerced', 'amount'],
    ['the amount became a text', '100.10', 'hundred', undefined, 'amount', 'coerced', 'amount'],
    ['the reference lost its end', 'RE-2026-0815', 'RE-2026', undefined, 'identity', 'truncated', 'identity'],
    ['the reference lost white space at its end', 'RE-77 ', 'RE-77', undefined, 'identity', 'coerced', 'identity'],
    ['the reference lost its leading zeros', '0815', '815', '0815', 'identity', 'coerced', 'identity'],
    ['the description is composed otherwise', 'Å', 'A\u030a', undefined, 'text', 'coerced', 'text'],
    ['the invoice is posted and not draft', 'draft', 'posted', undefined, 'state', 'changed-state', 'state'],
    ['the state is gone', 'draft', null, undefined, 'state', 'absent', 'state'],
    ['a flag is another', false, true, undefined, 'coding', 'coerced', 'coding'],
  ])('%s', (_, before, now, sent, meaning, kind, of) => {
    expect(classify(before, now, sent, meaning)).toEqual({ kind, class: of })
  })
})

test.each<[Json | undefined, string | null]>([
  [undefined, null],
  [null, null],
  ['', '""'],
  ['RE-77 ', '"RE-77 "'],
  ['RE-77', 'RE-77'],
  [parseJson('100.10'), '100.10'],
  [['b', 'a'], '["b","a"]'],
  [true, 'true'],
])('%j is printed as %s', (value, text) => expect(textOf(value)).toBe(text))

test.each<[string, Json, Json, [string | null, string | null]]>([
  ['composed and decomposed', 'Bjørn Å', 'Bjørn A\u030a', ['Bjørn Å (Unicode NFC)', 'Bjørn A\u030a (Unicode NFD)']],
  ['composed and half composed', 'ÅÅ', 'ÅA\u030a', ['ÅÅ (Unicode NFC)', 'ÅA\u030a (Unicode mixed forms)']],
  [
    'a ligature and its letters',
    'ﬁnans',
    'finans',
    ['ﬁnans (Unicode compatibility characters)', 'finans (Unicode NFKC)'],
  ],
  ['an accent that is lost', 'Å', 'A', ['Å', 'A']],
  ['other letters', 'Å', 'Ä', ['Å', 'Ä']],
  ['a text and nothing', 'Å', null, ['Å', null]],
])('%s are printed with what tells them apart', (_, left, right, texts) => {
  expect(textsOf(left, right)).toEqual(texts)
  expect(textsOf(right, left)).toEqual([...texts].reverse())
})

test.each<[Json | undefined, boolean]>([
  [undefined, true],
  [null, true],
  ['', true],
  [[], true],
  [' ', false],
  [false, false],
  [parseJson('0'), false],
  [{}, false],
])('%j says nothing: %s', (value, empty) => expect(isEmpty(value)).toBe(empty))
