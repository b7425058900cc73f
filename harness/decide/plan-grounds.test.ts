import { expect, test } from 'vitest'
import { type FaultyOperation, planGrounds } from './plan-grounds.ts'

const FAULT: FaultyOperation = {
  note: 'RN-2',
  says: 'Send department of bill.lines as costCenter.',
  about: 'idle',
  values: [],
  invoices: [],
}

test.each<[string, Partial<FaultyOperation>, string, string]>([
  [
    'nothing changes',
    {},
    'plan-idle',
    'The plan of RN-2 changes nothing: “Send department of bill.lines as costCenter.”',
  ],
  [
    'nobody sends it',
    { about: 'unsent' },
    'plan-field-unused',
    'The plan of RN-2 is about something that no recorded request has: “Send department of bill.lines as costCenter.”',
  ],
  [
    'one value is missing, on one invoice',
    { about: 'missing', values: ['D40'], invoices: ['S-1001 KB-1'] },
    'plan-value-missing',
    'The plan of RN-2 does not say what becomes of D40 (1 invoice): “Send department of bill.lines as costCenter.”',
  ],
  [
    'a value is sent that is not there',
    { about: 'unknown', values: ['C99'], invoices: ['S-1001 KB-1', 'S-1001 KB-2'] },
    'plan-value-unknown',
    'The plan of RN-2 sends C99 (2 invoices), which the release does not have: “Send department of bill.lines as costCenter.”',
  ],
  [
    'many values are missing',
    { about: 'missing', values: ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'] },
    'plan-value-missing',
    'The plan of RN-2 does not say what becomes of D1, D2, D3, D4, D5 and 2 more: “Send department of bill.lines as costCenter.”',
  ],
])('%s', (_, over, code, text) => {
  const [ground] = planGrounds([{ ...FAULT, ...over }])
  expect([ground?.verdict, ground?.code, ground?.text]).toEqual(['no-go', code, text])
})
