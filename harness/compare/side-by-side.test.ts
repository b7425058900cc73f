import { expect, test } from 'vitest'
import { type Json, jsonNumber } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import type { Meaning } from './records.ts'
import { valuesSideBySide } from './side-by-side.ts'

const MEANINGS: Readonly<Record<string, ReturnType<Meaning>>> = {
  gross: { class: 'amount', assigned: false },
  rounding: { class: 'amount', assigned: false },
  account: { class: 'coding', assigned: false },
  number: { class: 'identity', assigned: true },
}
const known = {
  meaning: (_: string, field: string) => MEANINGS[field] ?? { class: 'text' as const, assigned: false },
  relation: (_: string, field: string) => (field === 'lines' ? 'bill.lines' : undefined),
}

const SENT: Json = { supplier: 'S-104', lines: [{ account: '5100', text: 'Toner' }] }
const STORED: Json = {
  supplier: 'S-104',
  number: '2026-118',
  gross: '250.00',
  rounding: '0.00',
  memo: 'Office, week 41',
  lines: [{ account: '5100', text: 'Toner', gross: '250.00' }],
}

const differing = (at: string, baseline: string | null, candidate: string | null): Difference => ({
  ...{ area: 'documents', kind: 'coerced', class: 'amount', loudness: 'silent', resource: 'bill', pointer: at },
  ...{ at, stage: 'post', baseline, candidate, sent: null, invoices: ['S-104 RE-2026-0815'], seenBy: 'gate' },
})

const told = (candidate: Json, found: readonly Difference[] = []) => toldOf({ baseline: STORED, candidate }, found)

const toldOf = (versions: { baseline?: Json; candidate?: Json }, found: readonly Difference[] = []) => {
  const { rows, ...rest } = valuesSideBySide(
    'bill',
    { sent: SENT, baseline: versions.baseline, candidate: versions.candidate },
    found,
    known,
  )
  return {
    ...rest,
    rows: rows.map((row) => [row.pointer, row.sent, row.baseline, row.candidate, row.state]),
  }
}

test('what was sent, money and coding stand beside each other in the order of the document; the rest is counted', () => {
  expect(told(STORED)).toEqual({
    rows: [
      ['/gross', null, '250.00', '250.00', 'same'],
      ['/lines/0/account', '5100', '5100', '5100', 'same'],
      ['/lines/0/gross', null, '250.00', '250.00', 'same'],
      ['/lines/0/text', 'Toner', 'Toner', 'Toner', 'same'],
      ['/supplier', 'S-104', 'S-104', 'S-104', 'same'],
    ],
    alike: 3,
    notCompared: 0,
    more: 0,
  })
})

test('what differs is what the comparison found, and what it left out does not differ', () => {
  const candidate: Json = { ...STORED, gross: '251.00', number: '2026-119', memo: 'Office', extra: 'x' }
  expect(told(candidate, [differing('/gross', '250.00', '251.00')])).toMatchObject({
    rows: expect.arrayContaining([
      ['/gross', null, '250.00', '251.00', 'differs'],
      ['/supplier', 'S-104', 'S-104', 'S-104', 'same'],
    ]),
    alike: 1,
    notCompared: 3,
  })
})

test('a line that is lost and one that is gained stand at their place, and nothing was sent for the gained one', () => {
  const line = { account: '1700', text: 'Surcharge', gross: '5.00' }
  const candidate: Json = { ...STORED, lines: [line, { account: '5100', text: 'Toner', gross: '250.00' }] }
  const lines = told(candidate, [differing('/lines/0', null, 'account 1700, gross 5.00')]).rows.filter(([at]) =>
    String(at).startsWith('/lines'),
  )
  expect(lines).toEqual([
    ['/lines/0', null, null, 'account 1700, gross 5.00', 'differs'],
    ['/lines/0/account', '5100', '5100', '5100', 'same'],
    ['/lines/0/gross', null, '250.00', '250.00', 'same'],
    ['/lines/0/text', 'Toner', 'Toner', 'Toner', 'same'],
  ])
})

test.each([
  ['the candidate refused it', { baseline: STORED }],
  ['the baseline refused it', { candidate: STORED }],
])('the document of one release is shown in full where %s', (_name, versions) => {
  const { rows, alike } = toldOf(versions)
  expect(rows.map(([pointer]) => pointer)).toEqual([
    '/gross',
    '/lines/0/account',
    '/lines/0/gross',
    '/lines/0/text',
    '/supplier',
  ])
  expect(new Set(rows.map(([, , , , state]) => state))).toEqual(new Set(['not-compared']))
  expect(alike).toBe(0)
})

test('of a long document what differs and what was sent comes first, and what did not fit is counted', () => {
  const lines = Array.from({ length: 80 }, (_, index) => ({
    gross: jsonNumber(String(index + 1)),
    text: `Toner ${index}`,
  }))
  const document: Json = { supplier: 'S-104', lines }
  const { rows, more } = valuesSideBySide(
    'bill',
    { sent: { supplier: 'S-104' }, baseline: document, candidate: document },
    [differing('/lines/79/gross', '80', '81')],
    known,
  )
  expect(rows).toHaveLength(60)
  expect(more).toBe(21)
  expect(rows.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/supplier', '/lines/79/gross']))
})
