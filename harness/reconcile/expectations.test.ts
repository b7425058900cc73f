import { describe, expect, test } from 'vitest'
import type { Difference } from '../model/difference.ts'
import type { UnjudgedFinding } from '../ports/expectation.ts'
import { allExpectations, found, INVOICE, LINE } from './fixtures/findings.ts'
import { reconcile } from './reconcile.ts'

const expectations = await allExpectations()

const BILL = 'bill'
const BILL_LINE = 'bill.lines'
const CENTERS = 'costCenters'
const listed = (resource: string, baseline: string | null, candidate: string | null): Partial<Difference> => ({
  area: 'values',
  kind: baseline === null ? 'extra' : candidate === null ? 'absent' : 'coerced',
  class: 'coding',
  resource,
  pointer: '',
  at: `/${baseline ?? candidate}`,
  stage: '',
  baseline,
  candidate,
})
const gone = (code: string, list = CENTERS) => found('value-removed', [listed(list, code, null)])
const fresh = (code: string, list = CENTERS) => found('value-added', [listed(list, null, code)])
const blocked = (code: string, list = CENTERS) =>
  found('value-blocked', [
    { ...listed(list, 'true', 'false'), kind: 'changed-state', pointer: '/active', at: `/${code}` },
  ])
const coded = (
  baseline: string | null,
  candidate: string | null,
  over: Partial<Difference> = {},
): Partial<Difference> => ({
  class: 'coding',
  resource: BILL_LINE,
  pointer: '/costCenter',
  at: '/lines/0/costCenter',
  baseline,
  candidate,
  ...over,
})
const refusal = (code: string, message: string) =>
  found(
    'invoice-refused',
    [
      {
        kind: 'refused',
        class: 'state',
        loudness: 'loud',
        resource: BILL,
        pointer: '/create',
        candidate: `${code}: ${message}`,
      },
    ],
    { code },
  )
const schema = (check: string, resource: string, field: string, over: Partial<Difference> = {}) =>
  found(check, [
    {
      area: 'structure',
      class: 'structure',
      resource,
      pointer: `/${field}`,
      stage: '',
      baseline: null,
      candidate: null,
      ...over,
    },
  ])

const rename = { resource: 'account.period', field: 'state', from: 'close', to: 'closed' }
const state = (baseline: string | null, candidate: string | null, over: Partial<Difference> = {}) => ({
  resource: 'account.period',
  pointer: '/state',
  stage: '',
  baseline,
  candidate,
  ...over,
})
const published = (baseline: string | null, candidate: string | null) =>
  state(baseline, candidate, { area: 'structure' })
const trimmed = { resource: INVOICE, pointer: '/reference', baseline: '"RE-77 "', candidate: 'RE-77' }

type Case = readonly [what: string, finding: UnjudgedFinding, others?: readonly UnjudgedFinding[]]

/** Rows of one expectation with the same arguments. */
function table(
  id: string,
  { args, explains, not }: Readonly<{ args: unknown; explains: readonly Case[]; not: readonly Case[] }>,
): readonly Row[] {
  return [...explains.map((each) => [each, true] as const), ...not.map((each) => [each, false] as const)].map(
    ([[what, finding, others = []], isExplained]): Row => [id, what, args, finding, isExplained, others],
  )
}

const RENAMED = [schema('field-removed', BILL_LINE, 'department'), schema('field-added', BILL_LINE, 'costCenter')]

/** What else was found is needed only where one finding alone does not tell. */
type Row = readonly [
  expectation: string,
  what: string,
  args: unknown,
  finding: UnjudgedFinding,
  explains: boolean,
  others?: readonly UnjudgedFinding[],
]
const ROWS: readonly Row[] = [
  [
    'enum-value-renamed',
    'a search by the old name',
    rename,
    found('search-value-gone', [state('close', null)], { value: 'close' }),
    true,
  ],
  [
    'enum-value-renamed',
    'a search by another name',
    rename,
    found('search-value-gone', [state('locked', null)], { value: 'locked' }),
    false,
  ],
  [
    'enum-value-renamed',
    'the old name gone from the list, the new one in it',
    rename,
    found('send-narrowed', [published('["close"]', null), published(null, '["closed"]')]),
    true,
  ],
  [
    'enum-value-renamed',
    'a second value gone from the list',
    rename,
    found('send-narrowed', [published('["close","locked"]', null)]),
    false,
  ],
  [
    'enum-value-renamed',
    'a second value new in the list',
    rename,
    found('read-widened', [published(null, '["closed","locked"]')]),
    false,
  ],
  [
    'enum-value-renamed',
    'fewer characters of the field',
    rename,
    found('send-narrowed', [published('10', '5')]),
    false,
  ],
  [
    'enum-value-renamed',
    'a search that finds what has the new name',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-09, state closed', { pointer: '/found' })]),
    true,
  ],
  [
    'enum-value-renamed',
    'a search that finds what has a longer name',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-09, state closed-by-audit', { pointer: '/found' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'a search that finds an open period',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-12, state open', { pointer: '/found' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'listed values that have the new name',
    rename,
    found('value-altered', [state('close', 'closed')]),
    true,
  ],
  [
    'enum-value-renamed',
    'one listed value that has a third name',
    rename,
    found('value-altered', [state('close', 'closed'), state('close', 'locked')]),
    false,
  ],
  [
    'enum-value-renamed',
    'listed values of another record',
    rename,
    found('value-altered', [state('close', 'closed', { resource: 'account.fiscalyear' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'another field of the record',
    rename,
    found('value-altered', [state('close', 'closed', { pointer: '/type' })]),
    false,
  ],

  [
    'field-removed',
    'the published field is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: 'party.party', pointer: '/lang' }]),
    true,
  ],
  [
    'field-removed',
    'a read that names it is refused',
    { resource: 'party.party', field: 'lang' },
    found('read-refused', [{ resource: 'party.party', pointer: '/read' }], { why: 'KeyError: lang' }),
    true,
  ],
  [
    'field-removed',
    'a read that names another field is refused',
    { resource: 'party.party', field: 'lang' },
    found('read-refused', [{ resource: 'party.party', pointer: '/read' }], { why: 'KeyError: language' }),
    false,
  ],
  [
    'field-removed',
    'another published field is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: 'party.party', pointer: '/language' }]),
    false,
  ],
  [
    'field-removed',
    'the field of another record is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: INVOICE, pointer: '/lang' }]),
    false,
  ],

  [
    'posting-changed',
    'a field after posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/tax_lines', stage: 'post' }]),
    true,
  ],
  [
    'posting-changed',
    'the field before posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/tax_lines', stage: 'create' }]),
    false,
  ],
  [
    'posting-changed',
    'another field after posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/debit', stage: 'post' }]),
    false,
  ],
  [
    'posting-changed',
    'an invoice refused at posting',
    { resource: INVOICE, fields: ['post'], after: 'post' },
    found('invoice-refused', [{ pointer: '/post', stage: 'post' }]),
    false,
  ],

  [
    'sort-order-changed',
    'the order of the record',
    { resource: 'account.period' },
    found('lookup-order-changed', [{ resource: 'account.period', pointer: '/found' }]),
    true,
  ],
  [
    'sort-order-changed',
    'the order of another record',
    { resource: 'account.period' },
    found('lookup-order-changed', [{ resource: 'party.party', pointer: '/found' }]),
    false,
  ],
  [
    'sort-order-changed',
    'a value lost from the record',
    { resource: 'account.period' },
    found('lookup-value-lost', [{ resource: 'account.period', pointer: '/found' }]),
    false,
  ],

  [
    'stage-of-computation-changed',
    'the tax after create',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{}]),
    true,
  ],
  [
    'stage-of-computation-changed',
    'the tax after create and after posting',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{}, { stage: 'post' }]),
    false,
  ],
  [
    'stage-of-computation-changed',
    'the tax of a line',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{ resource: LINE }]),
    false,
  ],

  [
    'dimension-value-added',
    'an announced value',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-added', [listed('account.tax', null, 'MVA 12')]),
    true,
  ],
  [
    'dimension-value-added',
    'a value that is not announced',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-added', [listed('account.tax', null, 'MVA 13')]),
    false,
  ],
  [
    'dimension-value-added',
    'an announced value that is gone',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-removed', [listed('account.tax', 'MVA 12', null)]),
    false,
  ],

  [
    'warning-added',
    'an invoice stopped by the warning',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserWarning similar' }),
    true,
  ],
  [
    'warning-added',
    'an invoice stopped by another warning',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserWarning similar-number' }),
    false,
  ],
  [
    'warning-added',
    'an invoice refused with an error',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserError' }),
    false,
  ],

  [
    'white-space-trimmed',
    'white space at the end',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [trimmed]),
    true,
  ],
  [
    'white-space-trimmed',
    'white space around',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, baseline: '" RE-77\\t"' }]),
    true,
  ],
  [
    'white-space-trimmed',
    'white space and one letter',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, candidate: 'RE-7' }]),
    false,
  ],
  [
    'white-space-trimmed',
    'white space within',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, baseline: 'RE 77', candidate: 'RE77' }]),
    false,
  ],
  [
    'white-space-trimmed',
    'one invoice trimmed and one not',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [trimmed, { ...trimmed, candidate: null }]),
    false,
  ],
  [
    'white-space-trimmed',
    'another field',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, pointer: '/description' }]),
    false,
  ],

  ...table('dimension-value-renamed', {
    args: {
      resource: CENTERS,
      values: { D10: 'CC10' },
      'used-in': [{ resource: BILL_LINE, field: 'costCenter' }],
      'refused-with': 'unknown-value',
    },
    explains: [
      ['the old code gone, the new one in the list', gone('D10'), [fresh('CC10')]],
      ['the new code', fresh('CC10')],
      ['what looks like a rename', found('value-renamed', [listed(CENTERS, 'D10', 'CC10')])],
      ['a line that holds the new code', found('stored-coding-changed', [coded('D10', 'CC10')])],
      ['a refusal that names the old code', refusal('unknown-value', 'D10 is unknown in costCenters')],
      [
        'a look-up that answers the new code',
        found('lookup-value-changed', [
          { ...listed(CENTERS, 'id D10, name Sales', 'id CC10, name Sales'), pointer: '/found' },
        ]),
      ],
    ],
    not: [
      ['another value renamed', found('value-renamed', [listed(CENTERS, 'D20', 'CC99')])],
      ['another value in a line', found('stored-coding-changed', [coded('D20', 'CC99')])],
      [
        'the announced value and another one',
        found('stored-coding-changed', [coded('D10', 'CC10'), coded('D20', 'CC99')]),
      ],
      ['the value renamed otherwise', found('stored-coding-changed', [coded('D10', 'CC11')])],
      ['a value lost from a line', found('stored-coding-changed', [coded('D10', null, { kind: 'absent' })])],
      ['a line that had none', found('stored-coding-changed', [coded(null, 'CC10', { kind: 'extra' })])],
      ['the codes the other way round', found('stored-coding-changed', [coded('CC10', 'D10')])],
      ['the code in another field', found('stored-coding-changed', [coded('D10', 'CC10', { pointer: '/project' })])],
      ['the old code gone and no new one', gone('D10')],
      ['the old code gone and another one new', gone('D10'), [fresh('CC11')]],
      ['the old code blocked', blocked('D10'), [fresh('CC10')]],
      ['a new code of another list', fresh('CC10', 'projects')],
      ['a refusal that names another code', refusal('unknown-value', 'D100 is unknown in costCenters')],
      ['a refusal for another reason', refusal('blocked-value', 'D10 is blocked in costCenters')],
    ],
  }),
  ...table('dimension-value-merged', {
    args: {
      resource: CENTERS,
      values: ['CC31', 'CC32'],
      into: 'CC30',
      'used-in': [{ resource: BILL_LINE, field: 'costCenter' }],
    },
    explains: [
      ['a merged value gone', gone('CC31')],
      ['a merged value blocked', blocked('CC32')],
      ['the value they are merged into', fresh('CC30')],
      ['lines of both', found('stored-coding-changed', [coded('CC31', 'CC30'), coded('CC32', 'CC30')])],
    ],
    not: [
      ['another value gone', gone('CC33')],
      ['a merged value gone and the other one with it', gone('CC31'), [gone('CC30')]],
      ['a merged value gone and the other one blocked', gone('CC31'), [blocked('CC30')]],
      ['the value they are merged into blocked', blocked('CC30')],
      ['a line that lost its value', found('stored-coding-changed', [coded('CC31', null)])],
      ['one merged into the other', found('stored-coding-changed', [coded('CC31', 'CC32')])],
      ['a line of a value that is not merged', found('stored-coding-changed', [coded('CC33', 'CC30')])],
    ],
  }),
  ...table('dimension-value-blocked', {
    args: {
      resource: CENTERS,
      values: ['CC10'],
      'used-in': [{ resource: BILL_LINE, field: 'costCenter' }],
      'refused-with': 'blocked-value',
    },
    explains: [
      ['the value closed', blocked('CC10')],
      ['a refusal that names it', refusal('blocked-value', 'CC10 is blocked in costCenters')],
    ],
    not: [
      ['another value closed', blocked('CC11')],
      ['a value of another list closed', blocked('CC10', 'projects')],
      ['the value gone', gone('CC10')],
      [
        'the value opened again',
        found('value-unblocked', [{ ...listed(CENTERS, 'false', 'true'), pointer: '/active', at: '/CC10' }]),
      ],
      ['a refusal that names another one', refusal('blocked-value', 'CC11 is blocked in costCenters')],
      ['a refusal with another code', refusal('unknown-value', 'CC10 is unknown in costCenters')],
      ['a line that lost it', found('stored-coding-changed', [coded('CC10', null)])],
    ],
  }),
  ...table('field-renamed', {
    args: { resource: BILL_LINE, from: 'projectCode', to: 'project', 'refused-with': 'unknown-field' },
    explains: [
      ['the old name gone', schema('field-removed', BILL_LINE, 'projectCode')],
      ['the new name', schema('field-added', BILL_LINE, 'project')],
      ['a refusal that names the old one', refusal('unknown-field', '/lines/0/projectCode is not known')],
      [
        'a value that is sent under the old name and stored nowhere',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/projectCode', sent: 'P-7' })]),
        [schema('field-removed', BILL_LINE, 'projectCode'), schema('field-added', BILL_LINE, 'project')],
      ],
      [
        'a value that is sent under the new name and stored there',
        found('stored-coding-changed', [coded(null, 'P-7', { pointer: '/project', sent: 'P-7' })]),
        [schema('field-removed', BILL_LINE, 'projectCode'), schema('field-added', BILL_LINE, 'project')],
      ],
    ],
    not: [
      ['another field gone', schema('field-removed', BILL_LINE, 'costCenter')],
      ['the field of another resource gone', schema('field-removed', BILL, 'projectCode')],
      ['another field new', schema('field-added', BILL_LINE, 'projectName')],
      ['the new name required', schema('field-required', BILL_LINE, 'project')],
      ['a refusal that names another field', refusal('unknown-field', '/lines/0/projectCodes is not known')],
      ['a refusal for another reason', refusal('blocked-value', 'P-7 is blocked, see projectCode')],
      [
        'a value lost although the field is there',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/projectCode', sent: 'P-7' })]),
      ],
      [
        'a value lost and no new name',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/projectCode', sent: 'P-7' })]),
        [schema('field-removed', BILL_LINE, 'projectCode')],
      ],
      [
        'a value that nobody sent lost',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/projectCode' })]),
        [schema('field-removed', BILL_LINE, 'projectCode'), schema('field-added', BILL_LINE, 'project')],
      ],
      [
        'another value under the new name than was sent',
        found('stored-coding-changed', [coded(null, 'P-8', { pointer: '/project', sent: 'P-7' })]),
        [schema('field-removed', BILL_LINE, 'projectCode'), schema('field-added', BILL_LINE, 'project')],
      ],
    ],
  }),
  ...table('dimension-renamed', {
    args: {
      resource: BILL_LINE,
      from: 'department',
      to: 'costCenter',
      list: CENTERS,
      values: { D10: 'CC10', D20: 'CC20', D21: 'CC20' },
      'refused-with': 'unknown-field',
    },
    explains: [
      ['the old name gone', schema('field-removed', BILL_LINE, 'department')],
      ['the new name', schema('field-added', BILL_LINE, 'costCenter')],
      ['a refusal that names the old one', refusal('unknown-field', '/lines/0/department is not known')],
      ['a line that holds the new value', found('stored-coding-changed', [coded('D10', 'CC10'), coded('D21', 'CC20')])],
      ['an old value gone', gone('D10')],
      ['a new value', fresh('CC20')],
      [
        'a value sent under the old name and stored nowhere',
        found('stored-coding-changed', [coded('D10', null, { pointer: '/department', sent: 'D10' })]),
        RENAMED,
      ],
    ],
    not: [
      [
        'a value that the table does not hold',
        found('stored-coding-changed', [coded('D30', null, { pointer: '/department', sent: 'D30' })]),
        RENAMED,
      ],
      [
        'one that it holds and one that it does not',
        found('stored-coding-changed', [
          coded('D10', null, { pointer: '/department', sent: 'D10' }),
          coded('D30', null, { pointer: '/department', sent: 'D30' }),
        ]),
        RENAMED,
      ],
      ['a value mapped otherwise', found('stored-coding-changed', [coded('D20', 'CC99')]), RENAMED],
      ['a value lost under the new name', found('stored-coding-changed', [coded('D10', null)]), RENAMED],
      [
        'a value lost although the old name is there',
        found('stored-coding-changed', [coded('D10', null, { pointer: '/department', sent: 'D10' })]),
      ],
      [
        'a new value that the table does not hold',
        found('stored-coding-changed', [coded(null, 'CC99', { sent: 'CC99' })]),
        RENAMED,
      ],
      ['the new name required', schema('field-required', BILL_LINE, 'costCenter')],
      ['another value gone', gone('D30')],
      ['another new value', fresh('CC99')],
      [
        'the account of a line changed',
        found('stored-coding-changed', [coded('D10', 'CC10', { pointer: '/account' })]),
      ],
    ],
  }),
  ...table('gl-segment-added', {
    args: { resource: BILL_LINE, field: 'fund', values: ['F00', 'F10'], 'refused-with': 'required' },
    explains: [
      ['the new field', schema('field-added', BILL_LINE, 'fund')],
      ['that it is required', schema('field-required', BILL_LINE, 'fund')],
      ['a refusal that asks for it', refusal('required', 'lines 1: fund is required')],
      [
        'an announced value stored as it was sent',
        found('stored-coding-changed', [coded(null, 'F10', { pointer: '/fund', sent: 'F10' })]),
      ],
    ],
    not: [
      ['another field required', schema('field-required', BILL_LINE, 'project')],
      ['the field of the document required', schema('field-required', BILL, 'fund')],
      ['a refusal that asks for another field', refusal('required', 'lines 1: fundSource is required')],
      ['a refusal of its value', refusal('blocked-value', 'fund F10 is blocked')],
      [
        'a value that was not announced',
        found('stored-coding-changed', [coded(null, 'F99', { pointer: '/fund', sent: 'F99' })]),
      ],
      ['a value that nobody sent', found('stored-coding-changed', [coded(null, 'F10', { pointer: '/fund' })])],
      [
        'another value than was sent',
        found('stored-coding-changed', [coded(null, 'F00', { pointer: '/fund', sent: 'F10' })]),
      ],
      ['a value lost', found('stored-coding-changed', [coded('F10', null, { pointer: '/fund', sent: 'F10' })])],
      ['the account changed', found('stored-coding-changed', [coded('4000', '4010', { pointer: '/account' })])],
    ],
  }),
  ...table('gl-segment-added', {
    args: { resource: BILL_LINE, field: 'fund', values: ['F00', 'F10'], default: 'F00' },
    explains: [
      [
        'its default where nothing was sent',
        found('stored-coding-changed', [coded(null, 'F00', { pointer: '/fund' })]),
      ],
    ],
    not: [
      [
        'another value where nothing was sent',
        found('stored-coding-changed', [coded(null, 'F10', { pointer: '/fund' })]),
      ],
      ['that it is required in spite of its default', schema('field-required', BILL_LINE, 'fund')],
      [
        'the default where another value was sent',
        found('stored-coding-changed', [coded(null, 'F00', { pointer: '/fund', sent: 'F10' })]),
      ],
    ],
  }),
  ...table('gl-segment-added', {
    args: {
      resource: 'accounts',
      separator: '-',
      position: 4,
      values: ['00', '10'],
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
      'refused-with': 'unknown-value',
    },
    explains: [
      [
        'an account gone, and new with the segment',
        gone('01-4000-100', 'accounts'),
        [fresh('01-4000-100-00', 'accounts')],
      ],
      ['an account with the segment', fresh('01-4000-100-10', 'accounts')],
      [
        'a line that holds it',
        found('stored-coding-changed', [coded('01-4000-100', '01-4000-100-10', { pointer: '/account' })]),
      ],
      [
        'a refusal that names an old account',
        refusal('unknown-value', '01-4000-100 is unknown in accounts'),
        [gone('01-4000-100', 'accounts'), fresh('01-4000-100-00', 'accounts')],
      ],
      [
        'codes built with one segment more',
        found('value-format-changed', [listed('accounts', '99-9999-999', '99-9999-999-99')]),
      ],
    ],
    not: [
      ['an account gone for good', gone('01-4000-100', 'accounts')],
      ['an account gone, and another one new', gone('01-4000-100', 'accounts'), [fresh('01-4000-200-00', 'accounts')]],
      ['a value of the segment that was not announced', fresh('01-4000-100-99', 'accounts')],
      [
        'another account in a line',
        found('stored-coding-changed', [coded('01-4000-100', '01-4001-100-10', { pointer: '/account' })]),
      ],
      [
        'the segment at another place',
        found('stored-coding-changed', [coded('01-4000-100', '01-10-4000-100', { pointer: '/account' })]),
      ],
      [
        'a line that lost its account',
        found('stored-coding-changed', [coded('01-4000-100', null, { pointer: '/account' })]),
      ],
      [
        'a refusal that names an account that is gone for good',
        refusal('unknown-value', '01-4000-100 is unknown in accounts'),
        [gone('01-4000-100', 'accounts')],
      ],
      [
        'codes built with two segments more',
        found('value-format-changed', [listed('accounts', '99-9999-999', '99-9999-999-99-9')]),
      ],
      [
        'codes of another list built otherwise',
        found('value-format-changed', [listed('funds', '99-9999-999', '99-9999-999-99')]),
      ],
    ],
  }),
]

describe('what an expectation explains', () => {
  test.each(ROWS.map((row) => [...row] as const))('%s: %s', (...[id, _, args, finding, explains, others = []]: Row) => {
    const expectation = expectations.get(id)
    const parsed = expectation?.args.safeParse(args)
    expect(parsed?.error).toBeUndefined()
    expect(expectation?.explains(finding, parsed?.data, [finding, ...others])).toBe(explains)
  })

  test.each([...expectations.keys()])('%s has a row that it explains and one that it must not', (id) => {
    const mine = ROWS.filter(([name]) => name === id)
    expect(new Set(mine.map(([, , , , explains]) => explains))).toEqual(new Set([true, false]))
  })

  test('what an expectation suggests, it explains', () => {
    const suggested = ROWS.flatMap(([, what, , finding, , others = []]) =>
      [...expectations].flatMap(([id, expectation]) => {
        const args = expectation.suggest(finding)
        const isValid = args === undefined || expectation.args.safeParse(args).success
        return args === undefined
          ? []
          : [{ what: `${id}: ${what}`, explains: isValid && expectation.explains(finding, args, [finding, ...others]) }]
      }),
    )
    expect(suggested.length).toBeGreaterThan(8)
    expect(suggested.filter(({ explains }) => !explains)).toEqual([])
  })
})

describe.each([...expectations])('%s', (id, expectation) => {
  const { example } = expectation

  test('says in sentences what it announces and what proves it', () => {
    for (const text of [expectation.title, expectation.evidence]) expect(text).toMatch(/^[A-Z].*[^.]\.$/)
    expect(expectation.summary(example)).toMatch(/^\S.*[^.]$/)
  })

  test('takes its example, and no argument that it does not know', () => {
    expect(expectation.args.safeParse(example).success).toBe(true)
    expect(expectation.args.safeParse({ ...Object(example), surprise: 1 }).success).toBe(false)
    expect(expectation.args.safeParse({}).success).toBe(false)
  })

  test('explains nothing that its example is not about', () => {
    const foreign = ROWS.filter(([, , , finding]) => finding.finding.resource === INVOICE)
    const moved = foreign.map(([, what, , finding]) => ({
      what,
      finding: { ...finding, finding: { ...finding.finding, resource: 'stock.move' } },
    }))
    expect(moved.filter(({ finding }) => expectation.explains(finding, example, [finding]))).toEqual([])
  })

  test('is met by what it explains, unmet where it could have been seen, and untested where it could not', () => {
    const [, , args, finding, , others = []] = ROWS.find(([name, , , , explains]) => name === id && explains) ?? []
    const stateOf = (findings: readonly UnjudgedFinding[], isUsed: boolean) =>
      reconcile({
        findings,
        withPlan: undefined,
        notes: [
          {
            id: 'RN-7',
            from: 'erp-publisher',
            source: 'https://docs.example/release',
            says: 'It changes.',
            'affects-us': true,
            expect: [{ [id]: args }],
            plan: [],
          },
        ],
        waivers: [],
        expectations,
        exercised: { touches: () => isUsed, names: () => isUsed },
        at: '2026-12-05T20:00Z',
        windowEnd: '2026-12-05T22:00Z',
        people: { developer: 'Ada Nilsen', approver: 'Bo Lund' },
      }).notes[0]?.expectations[0]?.state
    expect([
      finding === undefined ? undefined : stateOf([finding, ...others], true),
      stateOf([], true),
      stateOf([], false),
    ]).toEqual(['met', 'unmet', 'untested'])
  })
})
