import { describe, expect, test } from 'vitest'
import type { Difference } from '../model/difference.ts'
import type { StructureChange } from '../model/structure.ts'
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
const refusal = (code: string, message: string, resource = BILL) =>
  found(
    'invoice-refused',
    [
      {
        kind: 'refused',
        class: 'state',
        loudness: 'loud',
        resource,
        pointer: '/create',
        candidate: `${code}: ${message}`,
      },
    ],
    { code },
  )
/** A change of one keyword of the published schema. */
const keyword = (
  check: string,
  field: string,
  name: string,
  baseline: string | null,
  candidate: string | null,
  resource = BILL_LINE,
  change: StructureChange = 'narrowed',
) => schema(check, resource, field, { baseline, candidate, published: { keyword: name, direction: 'send', change } })
/** One finding with the differences of two. */
const both = (one: UnjudgedFinding, other: UnjudgedFinding): UnjudgedFinding => ({
  ...one,
  differences: [...one.differences, ...other.differences],
})
const duty = (account: string, before: string, now: string, field = 'costCenterRequired') =>
  found('value-required', [{ ...listed('accounts', before, now), pointer: `/${field}`, at: `/${account}` }])
const reworded = (baseline: string, candidate: string) =>
  found('refusal-changed', [
    { resource: BILL, pointer: '/create', loudness: 'loud', class: 'text', baseline, candidate },
  ])
const rounded = (baseline: string | null, candidate: string | null, field = 'tax') =>
  found('stored-amount-rounded', [
    {
      kind: 'rounded',
      class: 'rounding',
      resource: 'bill.totals',
      pointer: `/${field}`,
      at: `/totals/${field}`,
      baseline,
      candidate,
    },
  ])
const total = (baseline: string, candidate: string): Partial<Difference> => ({
  pointer: '/total_amount',
  at: '/total_amount',
  baseline,
  candidate,
})
/** The gate takes the cost center of the bill for a field of another record. */
const moved = (target: string, other: string) =>
  found('field-moved', [{ area: 'structure', resource: BILL, pointer: '/costCenter', stage: '' }], { target, other })
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

const MOVED = [schema('field-removed', BILL, 'costCenter'), schema('field-added', BILL_LINE, 'costCenter')]
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
    found('lookup-order-changed', [{ resource: 'account.period', pointer: '/found', kind: 'reordered' }]),
    true,
  ],
  [
    'sort-order-changed',
    'the order of another record',
    { resource: 'account.period' },
    found('lookup-order-changed', [{ resource: 'party.party', pointer: '/found', kind: 'reordered' }]),
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
    'the tax after create and after posting, as one finding',
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
        'a value that is no longer read back under the old name',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/projectCode', area: 'interactions' })]),
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
      ['an account with the segment', fresh('01-4000-100-10', 'accounts'), [gone('01-4000-100', 'accounts')]],
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
      [
        'a value of the segment that was not announced',
        fresh('01-4000-100-99', 'accounts'),
        [gone('01-4000-100', 'accounts')],
      ],
      ['an account that is new by itself', fresh('01-9000-100-10', 'accounts'), [gone('01-4000-100', 'accounts')]],
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

  ...table('enum-value-renamed', {
    args: rename,
    explains: [
      [
        'a search by the old name that finds nothing more',
        found('lookup-value-lost', [state('id 2026-08, state close', null, { pointer: '/found' })]),
      ],
    ],
    not: [
      [
        'a search that loses an open period',
        found('lookup-value-lost', [state('id 2026-12, state open', null, { pointer: '/found' })]),
      ],
      [
        'a search that loses what has the new name',
        found('lookup-value-lost', [state('id 2026-12, state closed', null, { pointer: '/found' })]),
      ],
      [
        'a search that finds what has the old name',
        found('lookup-value-gained', [state(null, 'id 2026-12, state close', { pointer: '/found' })]),
      ],
    ],
  }),
  ...table('field-added', {
    args: { resource: BILL, field: 'approvedBy' },
    explains: [['the field', schema('field-added', BILL, 'approvedBy')]],
    not: [
      ['that it has to be sent', schema('field-required', BILL, 'approvedBy')],
      ['another field', schema('field-added', BILL, 'approved')],
      ['the field of another resource', schema('field-added', BILL_LINE, 'approvedBy')],
      ['a value of it', found('stored-text-changed', [coded(null, 'Bo', { pointer: '/approvedBy', resource: BILL })])],
    ],
  }),
  ...table('field-moved', {
    args: {
      from: { resource: BILL, field: 'costCenter' },
      to: { resource: BILL_LINE, field: 'costCenter' },
      'refused-with': 'unknown-field',
    },
    explains: [
      ['the old place gone', schema('field-removed', BILL, 'costCenter')],
      ['the new place', schema('field-added', BILL_LINE, 'costCenter')],
      ['the gate proposing the same move', moved(BILL_LINE, 'costCenter')],
      ['a refusal that names it', refusal('unknown-field', '/costCenter is not known')],
      [
        'a value sent to the old place and stored nowhere',
        found('stored-coding-changed', [coded('CC10', null, { resource: BILL, sent: 'CC10' })]),
        MOVED,
      ],
      [
        'a value stored at the new place',
        found('stored-coding-changed', [coded(null, 'CC10', { sent: 'CC10' })]),
        MOVED,
      ],
    ],
    not: [
      ['the new place required', schema('field-required', BILL_LINE, 'costCenter')],
      ['the gate proposing another record', moved('bill.taxes', 'costCenter')],
      ['the gate proposing another field', moved(BILL_LINE, 'department')],
      ['the field gone from the lines', schema('field-removed', BILL_LINE, 'costCenter')],
      [
        'a value lost and the old place there',
        found('stored-coding-changed', [coded('CC10', null, { resource: BILL, sent: 'CC10' })]),
      ],
      [
        'another value at the new place than was sent',
        found('stored-coding-changed', [coded(null, 'CC11', { sent: 'CC10' })]),
        MOVED,
      ],
      [
        'another value at the old place',
        found('stored-coding-changed', [coded('CC10', 'CC11', { resource: BILL, sent: 'CC10' })]),
        MOVED,
      ],
    ],
  }),
  ...table('field-retyped', {
    args: { resource: BILL_LINE, field: 'quantity', from: 'number', to: 'string', 'refused-with': 'type' },
    explains: [
      ['the type of what is sent', keyword('send-narrowed', 'quantity', 'type', '"number"', '"string"')],
      ['the type of what is read', keyword('read-widened', 'quantity', 'type', '"number"', '"string"')],
      ["the publisher's own type", keyword('rule-changed', 'quantity', 'x-erp-type', '"number"', '"string"')],
      ['a refusal that names the field', refusal('type', '/lines/0/quantity must be string')],
    ],
    not: [
      ['the other way round', keyword('send-narrowed', 'quantity', 'type', '"string"', '"number"')],
      ['another type', keyword('send-narrowed', 'quantity', 'type', '"number"', '"integer"')],
      [
        'the type and a shorter length',
        both(
          keyword('send-narrowed', 'quantity', 'type', '"number"', '"string"'),
          keyword('send-narrowed', 'quantity', 'maxLength', null, '4'),
        ),
      ],
      ['another field', keyword('send-narrowed', 'unitPrice', 'type', '"number"', '"string"')],
      ['a default with the same texts', keyword('rule-changed', 'quantity', 'default', '"number"', '"string"')],
      [
        'a stored quantity',
        found('stored-amount-changed', [coded('3', '2', { pointer: '/quantity', class: 'amount' })]),
      ],
    ],
  }),
  ...table('field-retyped', {
    args: { resource: BILL_LINE, field: 'account', from: 'string', to: 'uuid' },
    explains: [['a text that has a format now', keyword('send-narrowed', 'account', 'format', null, '"uuid"')]],
    not: [
      ['a text that has another format now', keyword('send-narrowed', 'account', 'format', null, '"date"')],
      ['a format that is gone', keyword('send-widened', 'account', 'format', '"uuid"', null)],
    ],
  }),
  ...table('field-required', {
    args: { resource: BILL, field: 'paymentTermsId', 'refused-with': 'required' },
    explains: [
      ['that it is required', schema('field-required', BILL, 'paymentTermsId')],
      ['that it may not be empty', keyword('send-narrowed', 'paymentTermsId', 'null', 'true', 'false', BILL)],
      ['a refusal that asks for it', refusal('required', 'paymentTermsId is required')],
    ],
    not: [
      ['that another field is', schema('field-required', BILL, 'paymentMethod')],
      ['that the field of the lines is', schema('field-required', BILL_LINE, 'paymentTermsId')],
      ['that it takes fewer values', keyword('send-narrowed', 'paymentTermsId', 'enum', '["30"]', null, BILL)],
      ['a refusal that asks for another field', refusal('required', 'paymentMethod is required')],
      ['a refusal of what it holds', refusal('unknown-value', 'paymentTermsId 30 is unknown')],
      [
        'a refusal that asks for it, and one that does not',
        both(refusal('required', 'paymentTermsId is required'), refusal('required', 'dueDate is required')),
      ],
    ],
  }),
  ...table('body-required', {
    args: { resource: 'POST /bills/{id}/post' },
    explains: [['that it must be given', schema('body-required', 'POST /bills/{id}/post', '')]],
    not: [
      ['that another operation asks for one', schema('body-required', 'POST /bills/{id}/void', '')],
      ['that it need not be given', schema('body-optional', 'POST /bills/{id}/post', '')],
      ['that a field of it is required', schema('field-required', 'POST /bills/{id}/post', 'date')],
      ['a bill that is refused', refusal('E0411', 'a body is missing', 'POST /bills/{id}/post')],
    ],
  }),
  ...table('field-optional', {
    args: { resource: BILL, field: 'dueDate', direction: 'read' },
    explains: [
      ['that it can be missing', schema('answer-optional', BILL, 'dueDate')],
      ['that it can be empty', keyword('read-widened', 'dueDate', 'null', 'false', 'true', BILL)],
    ],
    not: [
      ['that it need not be sent', schema('field-optional', BILL, 'dueDate')],
      ['that another one can be missing', schema('answer-optional', BILL, 'billDate')],
      [
        'that it can be of another type',
        keyword('read-widened', 'dueDate', 'type', '"string"', '["number","string"]', BILL),
      ],
      ['that it is gone', schema('field-removed', BILL, 'dueDate')],
      [
        'a stored date that is gone',
        found('stored-coding-changed', [coded('2026-11-30', null, { resource: BILL, pointer: '/dueDate' })]),
      ],
    ],
  }),
  ...table('enum-value-added', {
    args: { resource: BILL, field: 'status', values: ['on-hold', 'parked'] },
    explains: [
      ['one of the values', keyword('read-widened', 'status', 'enum', null, '["on-hold"]', BILL, 'widened')],
      ['all of them', keyword('send-widened', 'status', 'enum', null, '["on-hold","parked"]', BILL, 'widened')],
    ],
    not: [
      ['another value', keyword('read-widened', 'status', 'enum', null, '["frozen"]', BILL, 'widened')],
      [
        'one of them and another one',
        keyword('read-widened', 'status', 'enum', null, '["frozen","on-hold"]', BILL, 'widened'),
      ],
      [
        'one of them instead of another one',
        keyword('read-widened', 'status', 'enum', '["draft"]', '["on-hold"]', BILL, 'widened'),
      ],
      ['a list that is free now', keyword('send-widened', 'status', 'enum', '["draft"]', null, BILL, 'removed')],
      [
        'a list too long to be told',
        keyword('read-widened', 'status', 'enum', null, '["on-hold","par…', BILL, 'widened'),
      ],
      ['another field', keyword('read-widened', 'type', 'enum', null, '["on-hold"]', BILL, 'widened')],
      [
        'a bill on hold',
        found('stored-state-changed', [coded('approved', 'on-hold', { resource: BILL, pointer: '/status' })]),
      ],
    ],
  }),
  ...table('enum-value-removed', {
    args: { resource: BILL, field: 'paymentMethod', values: ['cheque', 'cash'], 'refused-with': 'enum' },
    explains: [
      ['one of the values', keyword('send-narrowed', 'paymentMethod', 'enum', '["cheque"]', null, BILL)],
      [
        'a search by one',
        found('search-value-gone', [coded('cash', null, { resource: BILL, pointer: '/paymentMethod' })]),
      ],
      ['a refusal that names the field', refusal('enum', '/paymentMethod must be one of: transfer')],
    ],
    not: [
      ['another value', keyword('send-narrowed', 'paymentMethod', 'enum', '["transfer"]', null, BILL)],
      [
        'one of them and another one',
        keyword('send-narrowed', 'paymentMethod', 'enum', '["cheque","transfer"]', null, BILL),
      ],
      [
        'a list where there was none',
        keyword('send-narrowed', 'paymentMethod', 'enum', null, '["cheque"]', BILL, 'added'),
      ],
      [
        'a search by another one',
        found('search-value-gone', [coded('transfer', null, { resource: BILL, pointer: '/paymentMethod' })]),
      ],
      ['a refusal that names another field', refusal('enum', '/type must be one of: invoice')],
      ['a shorter text', keyword('send-narrowed', 'paymentMethod', 'maxLength', '20', '10', BILL)],
      [
        'a bill that holds another one',
        found('stored-coding-changed', [coded('cheque', 'transfer', { resource: BILL, pointer: '/paymentMethod' })]),
      ],
    ],
  }),
  ...table('dimension-added', {
    args: { resource: BILL_LINE, field: 'fund', list: 'funds', values: ['F00'] },
    explains: [
      ['the field', schema('field-added', BILL_LINE, 'fund')],
      ['its value list', schema('record-added', 'funds', '')],
      [
        'a value that was sent',
        found('stored-coding-changed', [coded(null, 'F00', { pointer: '/fund', sent: 'F00' })]),
      ],
    ],
    not: [
      ['that it is required', schema('field-required', BILL_LINE, 'fund')],
      ['another list', schema('record-added', 'projects', '')],
      ['a value that nobody sent', found('stored-coding-changed', [coded(null, 'F00', { pointer: '/fund' })])],
      [
        'a value that was not announced',
        found('stored-coding-changed', [coded(null, 'F99', { pointer: '/fund', sent: 'F99' })]),
      ],
      ['a value lost', found('stored-coding-changed', [coded('F00', null, { pointer: '/fund', sent: 'F00' })])],
    ],
  }),
  ...table('dimension-removed', {
    args: { resource: BILL_LINE, field: 'department', list: 'departments' },
    explains: [
      ['the field gone', schema('field-removed', BILL_LINE, 'department')],
      ['its list gone', schema('record-removed', 'departments', '')],
      ['its values gone', gone('D10', 'departments')],
      [
        'what was sent to it stored nowhere',
        found('stored-coding-changed', [coded('D10', null, { pointer: '/department', sent: 'D10' })]),
        RENAMED,
      ],
    ],
    not: [
      ['another field gone', schema('field-removed', BILL_LINE, 'project')],
      ['a value gone from another list', gone('D10')],
      ['a value closed', blocked('D10', 'departments')],
      [
        'what was sent to it lost, and the field there',
        found('stored-coding-changed', [coded('D10', null, { pointer: '/department', sent: 'D10' })]),
      ],
      [
        'another value in it',
        found('stored-coding-changed', [coded('D10', 'D20', { pointer: '/department', sent: 'D10' })]),
        RENAMED,
      ],
      [
        'another dimension lost',
        found('stored-coding-changed', [coded('P-7', null, { pointer: '/project', sent: 'P-7' })]),
        RENAMED,
      ],
    ],
  }),
  ...table('dimension-required', {
    args: {
      resource: BILL_LINE,
      field: 'costCenter',
      'demanded-by': { resource: 'accounts', field: 'costCenterRequired', values: ['5100'] },
      'refused-with': 'dimension-missing',
    },
    explains: [
      ['that the account demands it', duty('5100', 'false', 'true')],
      ['a refusal that names it', refusal('dimension-missing', 'account 5100 needs a costCenter')],
    ],
    not: [
      ['that another account demands it', duty('5200', 'false', 'true')],
      ['that the account demands something else', duty('5100', 'false', 'true', 'projectRequired')],
      ['that every line has to name it', schema('field-required', BILL_LINE, 'costCenter')],
      ['a refusal that names another dimension', refusal('dimension-missing', 'account 5100 needs a project')],
      ['a refusal with another code', refusal('blocked-value', 'costCenter CC10 is blocked')],
      ['a line that lost it', found('stored-coding-changed', [coded('CC10', null)])],
    ],
  }),
  ...table('dimension-required', {
    args: { resource: BILL_LINE, field: 'costCenter' },
    explains: [['that every line has to name it', schema('field-required', BILL_LINE, 'costCenter')]],
    not: [
      ['that an account demands it', duty('5100', 'false', 'true')],
      ['a refusal, when no code is announced', refusal('required', 'costCenter is required')],
    ],
  }),
  ...table('gl-segment-removed', {
    args: {
      resource: 'accounts',
      separator: '-',
      position: 3,
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
      'refused-with': 'unknown-value',
    },
    explains: [
      ['an account gone, and new without the segment', gone('01-4000-100', 'accounts'), [fresh('01-4000', 'accounts')]],
      ['an account without the segment', fresh('01-4000', 'accounts'), [gone('01-4000-100', 'accounts')]],
      [
        'a line that holds it',
        found('stored-coding-changed', [coded('01-4000-100', '01-4000', { pointer: '/account' })]),
      ],
      ['codes built without it', found('value-format-changed', [listed('accounts', '99-9999-999', '99-9999')])],
      [
        'a refusal that names an old account',
        refusal('unknown-value', '01-4000-100 is unknown in accounts'),
        [gone('01-4000-100', 'accounts'), fresh('01-4000', 'accounts')],
      ],
    ],
    not: [
      ['an account gone for good', gone('01-4000-100', 'accounts')],
      ['another segment gone', gone('01-4000-100', 'accounts'), [fresh('01-100', 'accounts')]],
      ['an account that is new by itself', fresh('01-9000', 'accounts'), [gone('01-4000-100', 'accounts')]],
      [
        'a line that holds another account',
        found('stored-coding-changed', [coded('01-4000-100', '01-4001', { pointer: '/account' })]),
      ],
      ['a line that lost it', found('stored-coding-changed', [coded('01-4000-100', null, { pointer: '/account' })])],
      ['codes built otherwise', found('value-format-changed', [listed('accounts', '99-9999-999', '99-999-999')])],
    ],
  }),
  ...table('gl-segment-removed', {
    args: { resource: BILL_LINE, field: 'fund' },
    explains: [['the field gone', schema('field-removed', BILL_LINE, 'fund')]],
    not: [
      ['another field gone', schema('field-removed', BILL_LINE, 'account')],
      [
        'what was sent to it lost',
        found('stored-coding-changed', [coded('F10', null, { pointer: '/fund', sent: 'F10' })]),
        [schema('field-removed', BILL_LINE, 'fund')],
      ],
    ],
  }),
  ...table('gl-segment-lengthened', {
    args: {
      resource: 'accounts',
      separator: '-',
      position: 2,
      from: 4,
      to: 5,
      fill: '0',
      side: 'right',
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
    },
    explains: [
      [
        'an account gone, and new with the segment filled up',
        gone('01-4000-100', 'accounts'),
        [fresh('01-40000-100', 'accounts')],
      ],
      ['the account with the segment filled up', fresh('01-40000-100', 'accounts'), [gone('01-4000-100', 'accounts')]],
      [
        'a line that holds it',
        found('stored-coding-changed', [coded('01-4000-100', '01-40000-100', { pointer: '/account' })]),
      ],
      ['what looks like a rename', found('value-renamed', [listed('accounts', '01-4000-100', '01-40000-100')])],
      ['codes built so', found('value-format-changed', [listed('accounts', '99-9999-999', '99-99999-999')])],
    ],
    not: [
      [
        'the segment filled up on the other side',
        found('stored-coding-changed', [coded('01-4000-100', '01-04000-100', { pointer: '/account' })]),
      ],
      [
        'filled up with another digit',
        found('stored-coding-changed', [coded('01-4000-100', '01-40001-100', { pointer: '/account' })]),
      ],
      [
        'another segment filled up',
        found('stored-coding-changed', [coded('01-4000-100', '01-4000-1000', { pointer: '/account' })]),
      ],
      ['an account gone for good', gone('01-4000-100', 'accounts')],
      ['an account that is new by itself', fresh('01-90000-100', 'accounts'), [gone('01-4000-100', 'accounts')]],
      ['the code in another list', fresh('01-40000-100', 'funds'), [gone('01-4000-100', 'funds')]],
    ],
  }),
  ...table('gl-segment-reordered', {
    args: {
      resource: 'accounts',
      separator: '-',
      order: [1, 3, 2],
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
    },
    explains: [
      [
        'an account gone, and new in the other order',
        gone('01-4000-100', 'accounts'),
        [fresh('01-100-4000', 'accounts')],
      ],
      [
        'a line that holds it',
        found('stored-coding-changed', [coded('01-4000-100', '01-100-4000', { pointer: '/account' })]),
      ],
      ['codes built so', found('value-format-changed', [listed('accounts', '99-9999-999', '99-999-9999')])],
    ],
    not: [
      ['another order', found('stored-coding-changed', [coded('01-4000-100', '100-4000-01', { pointer: '/account' })])],
      [
        'the order and another number',
        found('stored-coding-changed', [coded('01-4000-100', '01-100-4001', { pointer: '/account' })]),
      ],
      [
        'a code with another number of segments',
        found('stored-coding-changed', [coded('01-4000', '4000-01', { pointer: '/account' })]),
      ],
      ['an account gone for good', gone('01-4000-100', 'accounts')],
      ['a line that lost it', found('stored-coding-changed', [coded('01-4000-100', null, { pointer: '/account' })])],
    ],
  }),
  ...table('account-renumbered', {
    args: {
      resource: 'accounts',
      accounts: { '6540': '6545' },
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
      'refused-with': 'unknown-value',
    },
    explains: [
      ['the old number gone, the new one in the list', gone('6540', 'accounts'), [fresh('6545', 'accounts')]],
      ['the old number closed, the new one in the list', blocked('6540', 'accounts'), [fresh('6545', 'accounts')]],
      [
        'a line that holds the new number',
        found('stored-coding-changed', [coded('6540', '6545', { pointer: '/account' })]),
      ],
      ['a refusal that names the old number', refusal('unknown-value', '6540 is unknown in accounts')],
    ],
    not: [
      ['the old number gone and no new one', gone('6540', 'accounts')],
      ['the old number closed and no new one', blocked('6540', 'accounts')],
      ['another number gone', gone('6541', 'accounts'), [fresh('6545', 'accounts')]],
      ['another number in a line', found('stored-coding-changed', [coded('6540', '6550', { pointer: '/account' })])],
      ['another account in a line', found('stored-coding-changed', [coded('6541', '6545', { pointer: '/account' })])],
      ['a line that lost it', found('stored-coding-changed', [coded('6540', null, { pointer: '/account' })])],
      [
        'the number in a journal line, which is not announced',
        found('stored-coding-changed', [coded('6540', '6545', { resource: 'journal.lines', pointer: '/account' })]),
      ],
      [
        'its title changed',
        found('value-altered', [{ ...listed('accounts', 'IT', 'Software'), pointer: '/name', at: '/6540' }]),
      ],
    ],
  }),
  ...table('account-blocked', {
    args: {
      resource: 'accounts',
      accounts: ['6540'],
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
      'refused-with': 'blocked-value',
    },
    explains: [
      ['the account closed', blocked('6540', 'accounts')],
      ['a refusal that names it', refusal('blocked-value', '6540 is blocked in accounts')],
    ],
    not: [
      ['another account closed', blocked('6541', 'accounts')],
      ['a cost center of this number closed', blocked('6540')],
      ['the account gone', gone('6540', 'accounts')],
      ['a refusal that names another one', refusal('blocked-value', '65401 is blocked in accounts')],
      ['a line on another account', found('stored-coding-changed', [coded('6540', '6999', { pointer: '/account' })])],
    ],
  }),
  ...table('account-split', {
    args: {
      resource: 'accounts',
      account: '6540',
      into: ['6541', '6542'],
      'used-in': [{ resource: BILL_LINE, field: 'account' }],
    },
    explains: [
      ['the account gone, one of the new ones there', gone('6540', 'accounts'), [fresh('6541', 'accounts')]],
      ['a new one', fresh('6542', 'accounts')],
      [
        'lines on both of them',
        found('stored-coding-changed', [
          coded('6540', '6541', { pointer: '/account' }),
          coded('6540', '6542', { pointer: '/account' }),
        ]),
      ],
    ],
    not: [
      ['the account gone for good', gone('6540', 'accounts')],
      ['another new account', fresh('6543', 'accounts')],
      ['a line on a third one', found('stored-coding-changed', [coded('6540', '6543', { pointer: '/account' })])],
      [
        'a line that went from one of them to the other',
        found('stored-coding-changed', [coded('6541', '6542', { pointer: '/account' })]),
      ],
      ['a line that lost it', found('stored-coding-changed', [coded('6540', null, { pointer: '/account' })])],
    ],
  }),
  ...table('tax-code-changed', {
    args: { resource: 'taxCodes', code: 'V12', field: 'rate', from: '12', to: '11.5' },
    explains: [
      ['the rate', found('value-altered', [{ ...listed('taxCodes', '12', '11.5'), pointer: '/rate', at: '/V12' }])],
    ],
    not: [
      ['another rate', found('value-altered', [{ ...listed('taxCodes', '12', '11'), pointer: '/rate', at: '/V12' }])],
      [
        'the rate of another code',
        found('value-altered', [{ ...listed('taxCodes', '12', '11.5'), pointer: '/rate', at: '/V25' }]),
      ],
      [
        'another field of the code',
        found('value-altered', [{ ...listed('taxCodes', '12', '11.5'), pointer: '/share', at: '/V12' }]),
      ],
      [
        'the amount that follows from it',
        found('stored-amount-changed', [
          { baseline: '12.00', candidate: '11.50', resource: 'bill.totals', pointer: '/tax' },
        ]),
      ],
    ],
  }),
  ...table('tax-code-changed', {
    args: { resource: 'taxCodes', codes: { V12: 'V115' }, 'used-in': [{ resource: BILL_LINE, field: 'taxCode' }] },
    explains: [
      ['the old code gone, the new one in the list', gone('V12', 'taxCodes'), [fresh('V115', 'taxCodes')]],
      [
        'a line that holds the new code',
        found('stored-coding-changed', [coded('V12', 'V115', { pointer: '/taxCode' })]),
      ],
    ],
    not: [
      ['the old code gone for good', gone('V12', 'taxCodes')],
      ['a line without a code', found('stored-coding-changed', [coded('V12', null, { pointer: '/taxCode' })])],
      ['a line with another code', found('stored-coding-changed', [coded('V12', 'V0', { pointer: '/taxCode' })])],
    ],
  }),
  ...table('endpoint-moved', {
    args: { from: 'POST /bills', to: 'POST /v2/bills', 'refused-with': 'http-404' },
    explains: [
      ['the old endpoint gone', schema('record-removed', 'POST /bills', '')],
      ['the new endpoint', schema('record-added', 'POST /v2/bills', '')],
      [
        'the gate proposing the same move',
        schema('record-renamed', 'POST /bills', '', { baseline: 'POST /bills', candidate: 'POST /v2/bills' }),
      ],
      ['a refusal of the old endpoint', refusal('http-404', 'Not found.', 'POST /bills')],
    ],
    not: [
      ['another endpoint gone', schema('record-removed', 'GET /bills', '')],
      ['the new endpoint gone', schema('record-removed', 'POST /v2/bills', '')],
      [
        'the gate proposing another new place',
        schema('record-renamed', 'POST /bills', '', { baseline: 'POST /bills', candidate: 'POST /invoices' }),
      ],
      ['a refusal of another endpoint', refusal('http-404', 'Not found.', 'GET /bills')],
      ['a refusal with another code', refusal('http-400', 'Not found.', 'POST /bills')],
      ['a field of it gone', schema('field-removed', 'POST /bills', 'reference')],
    ],
  }),
  ...table('endpoint-retired', {
    args: { endpoint: 'paymentTerms', 'refused-with': 'http-410' },
    explains: [
      ['the endpoint gone', schema('record-removed', 'paymentTerms', '')],
      ['a refusal of it', refusal('http-410', 'Gone.', 'paymentTerms')],
    ],
    not: [
      ['another endpoint gone', schema('record-removed', 'paymentMethods', '')],
      ['an endpoint that begins alike', schema('record-removed', 'paymentTerms.rows', '')],
      ['a refusal with another code', refusal('http-404', 'Gone.', 'paymentTerms')],
      ['a value of it gone', gone('30', 'paymentTerms')],
    ],
  }),
  ...table('authentication-changed', {
    args: { from: 'scope bills.write', to: 'scope bills.approve', refused: { resource: BILL, code: 'scope-missing' } },
    explains: [['a refusal with the code', refusal('scope-missing', 'The token lacks bills.approve.')]],
    not: [
      ['a refusal with another code', refusal('blocked-value', 'The token lacks bills.approve.')],
      ['a refusal with a code that begins alike', refusal('scope-missing-2', 'The token lacks bills.approve.')],
      ['a refusal of another resource', refusal('scope-missing', 'The token lacks suppliers.read.', 'suppliers')],
      [
        'both',
        both(refusal('scope-missing', 'The token lacks bills.approve.'), refusal('blocked-value', 'CC10 is blocked.')),
      ],
    ],
  }),
  ...table('error-code-changed', {
    args: { resource: BILL, from: 'BILL_DUPLICATE', to: 'DUPLICATE' },
    explains: [['the other code', reworded('BILL_DUPLICATE: It is there.', 'DUPLICATE: It is there.')]],
    not: [
      ['a third code', reworded('BILL_DUPLICATE: It is there.', 'CONFLICT: It is there.')],
      ['the code of another refusal', reworded('SUPPLIER_BLOCKED: No.', 'DUPLICATE: No.')],
      ['another text with the old code', reworded('BILL_DUPLICATE: It is there.', 'BILL_DUPLICATE: There it is.')],
      ['a bill that was accepted', refusal('DUPLICATE', 'It is there.')],
      [
        'a bill that is accepted',
        found('invoice-newly-accepted', [
          { resource: BILL, kind: 'accepted', baseline: 'BILL_DUPLICATE: It is there.', candidate: 'accepted' },
        ]),
      ],
    ],
  }),
  ...table('default-changed', {
    args: { resource: BILL, field: 'paymentMethod', from: 'transfer', to: 'direct-debit' },
    explains: [
      [
        'the published default',
        keyword('rule-changed', 'paymentMethod', 'default', '"transfer"', '"direct-debit"', BILL),
      ],
      [
        'a bill that said nothing',
        found('stored-coding-changed', [
          coded('transfer', 'direct-debit', { resource: BILL, pointer: '/paymentMethod' }),
        ]),
      ],
    ],
    not: [
      ['another default', keyword('rule-changed', 'paymentMethod', 'default', '"transfer"', '"cheque"', BILL)],
      [
        'a default where there was none',
        keyword('rule-changed', 'paymentMethod', 'default', null, '"direct-debit"', BILL),
      ],
      [
        'a bill that said so',
        found('stored-coding-changed', [
          coded('transfer', 'direct-debit', { resource: BILL, pointer: '/paymentMethod', sent: 'transfer' }),
        ]),
      ],
      [
        'a bill that holds nothing',
        found('stored-coding-changed', [coded('transfer', null, { resource: BILL, pointer: '/paymentMethod' })]),
      ],
      [
        'another field',
        found('stored-coding-changed', [coded('transfer', 'direct-debit', { resource: BILL, pointer: '/terms' })]),
      ],
      [
        'one bill that said nothing and one that did',
        found('stored-coding-changed', [
          coded('transfer', 'direct-debit', { resource: BILL, pointer: '/paymentMethod' }),
          coded('transfer', 'direct-debit', { resource: BILL, pointer: '/paymentMethod', sent: 'transfer' }),
        ]),
      ],
    ],
  }),
  ...table('rounding-changed', {
    args: { resource: 'bill.totals', fields: ['tax', 'gross'], unit: '0.01' },
    explains: [
      ['the cent above', rounded('12.34', '12.35')],
      ['a longer amount', rounded('12.3449', '12.34')],
      ['a credit', rounded('-12.35', '-12.34')],
    ],
    not: [
      ['two cents', rounded('12.34', '12.36')],
      ['a cent and a half', rounded('12.335', '12.35')],
      ['an amount that is not rounded to cents', rounded('12.34', '12.345')],
      ['a lost amount', rounded('12.34', null)],
      ['another sign', rounded('12.34', '-12.34')],
      ['a cent on one invoice and a lot on another', both(rounded('12.34', '12.35'), rounded('12.34', '1234.00'))],
      ['another field', rounded('12.34', '12.35', 'net')],
      ['a code', found('stored-coding-changed', [coded('5100', '5101', { resource: 'bill.totals', pointer: '/tax' })])],
    ],
  }),
  ...table('rounding-changed', {
    args: { resource: 'bill.totals', fields: ['gross'], unit: '0.05' },
    explains: [['the nearest five cents', rounded('12.34', '12.35', 'gross')]],
    not: [
      ['ten cents', rounded('12.35', '12.45', 'gross')],
      ['the cent above', rounded('12.34', '12.36', 'gross')],
      ['the next but one', rounded('12.34', '12.40', 'gross')],
    ],
  }),
  ...table('limit-changed', {
    args: { resource: BILL, field: 'reference', limit: 'maxLength', from: 40, to: 20, 'refused-with': 'maxLength' },
    explains: [
      ['the published limit', keyword('send-narrowed', 'reference', 'maxLength', '40', '20', BILL)],
      ['a refusal that names the field', refusal('maxLength', '/reference must not be longer than 20')],
    ],
    not: [
      ['a lower limit', keyword('send-narrowed', 'reference', 'maxLength', '40', '10', BILL)],
      ['a limit where there was none', keyword('send-narrowed', 'reference', 'maxLength', null, '20', BILL)],
      ['another limit of the field', keyword('send-narrowed', 'reference', 'minLength', '40', '20', BILL)],
      [
        'the limit and a rule',
        both(
          keyword('send-narrowed', 'reference', 'maxLength', '40', '20', BILL),
          keyword('send-narrowed', 'reference', 'pattern', null, '"^[A-Z]+$"', BILL),
        ),
      ],
      [
        'a reference that was cut',
        found('stored-identity-changed', [
          {
            resource: BILL,
            pointer: '/reference',
            kind: 'truncated',
            baseline: 'RE-2026-000000000000817',
            candidate: 'RE-2026-00000000000',
          },
        ]),
      ],
      ['a refusal that names another field', refusal('maxLength', '/note must not be longer than 20')],
    ],
  }),
  ...table('stage-of-computation-changed', {
    args: { resource: INVOICE, fields: ['tax_amount', 'total_amount'], after: 'create' },
    explains: [
      ['the tax that is there already', found('stored-amount-changed', [{ baseline: '0', candidate: '9.26' }])],
      [
        'the total that holds it already',
        found('stored-amount-changed', [total('37.04', '46.30')]),
        [found('stored-amount-changed', [{ baseline: '0', candidate: '9.26' }])],
      ],
    ],
    not: [
      ['another tax', found('stored-amount-changed', [{ baseline: '9.26', candidate: '9.62' }])],
      [
        'a total that is higher by more than the tax',
        found('stored-amount-changed', [total('37.04', '46.31')]),
        [found('stored-amount-changed', [{ baseline: '0', candidate: '9.26' }])],
      ],
      ['a total without any tax that is new', found('stored-amount-changed', [total('37.04', '46.30')])],
      [
        'a total that holds the tax of another invoice',
        found('stored-amount-changed', [total('37.04', '46.30')]),
        [found('stored-amount-changed', [{ baseline: '0', candidate: '9.26', invoices: ['S-105 RE-2'] }])],
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

describe('what is explained is not explained any more', () => {
  type Change = Readonly<{
    what: string
    /** Findings that can be changed so. */
    of: (unjudged: UnjudgedFinding) => boolean
    finding?: (finding: UnjudgedFinding['finding']) => Partial<UnjudgedFinding['finding']>
    difference?: (difference: Difference) => Partial<Difference>
    /** Expectations that say so on purpose, and why. */
    except?: Readonly<Record<string, string>>
  }>
  const isStored = ({ finding }: UnjudgedFinding) => finding.check.startsWith('stored-')
  const isListed = ({ finding }: UnjudgedFinding) => /^value-(added|removed|blocked|required)$/.test(finding.check)
  const ANY_VALUE = {
    'posting-changed': 'No release note says which amounts a posting holds; it stays a break until somebody waives it.',
    'stage-of-computation-changed':
      'What is computed is known only at the other stages, which are compared by themselves.',
  }
  const CHANGES: readonly Change[] = [
    {
      what: 'on another resource',
      of: () => true,
      finding: () => ({ resource: 'stock.move' }),
      difference: () => ({ resource: 'stock.move' }),
    },
    {
      what: 'at another field',
      of: (unjudged) => isStored(unjudged) || /^(field|send|read|rule|answer)-(?!refused)/.test(unjudged.finding.check),
      finding: () => ({ pointer: '/elsewhere' }),
      difference: () => ({ pointer: '/elsewhere' }),
    },
    {
      what: 'with another value stored',
      of: isStored,
      difference: () => ({ candidate: 'ZZ-9' }),
      except: ANY_VALUE,
    },
    {
      what: 'with the value lost',
      of: (unjudged) => isStored(unjudged) && unjudged.differences.every(({ candidate }) => candidate !== null),
      difference: () => ({ kind: 'absent', candidate: null }),
      except: ANY_VALUE,
    },
    {
      what: 'with another code in the list',
      of: isListed,
      finding: ({ args }) => ({ args: { ...args, value: 'ZZ-9' } }),
      difference: ({ baseline, candidate, pointer }) =>
        pointer === ''
          ? { at: '/ZZ-9', baseline: baseline && 'ZZ-9', candidate: candidate && 'ZZ-9' }
          : { at: '/ZZ-9' },
      except: { 'dimension-removed': 'The list goes with its dimension, whatever it holds.' },
    },
    {
      what: 'refused for another reason',
      of: ({ finding }) => finding.check === 'invoice-refused',
      finding: ({ args }) => ({ args: { ...args, code: 'period-closed' } }),
      difference: () => ({ candidate: 'period-closed: The period 2026-10 is closed.' }),
    },
    {
      what: 'beside one more difference that nobody announced',
      of: isStored,
      except: ANY_VALUE,
    },
  ]

  test.each(CHANGES)('$what', ({ what, of, finding, difference: other, except = {} }) => {
    const changed = ROWS.filter(([id, , , unjudged, explains]) => explains && of(unjudged) && !(id in except))
    expect(changed.length).toBeGreaterThan(3)
    const still = changed.filter(([id, , args, unjudged, , others = []]) => {
      const expectation = expectations.get(id)
      const altered = unjudged.differences.map((each) => ({ ...each, ...other?.(each) }))
      const stranger = unjudged.differences.map((each) => ({
        ...each,
        pointer: '/elsewhere',
        baseline: 'X',
        candidate: 'Y',
      }))
      const next: UnjudgedFinding = {
        finding: { ...unjudged.finding, ...finding?.(unjudged.finding) },
        differences: what.startsWith('beside') ? [...unjudged.differences, ...stranger] : altered,
      }
      return expectation?.explains(next, expectation.args.parse(args), [next, ...others]) === true
    })
    expect(still.map(([id, row]) => `${id}: ${row}`)).toEqual([])
  })
})

test('there is one for everything that release notes of an ERP or a connector announce', () => {
  expect([...expectations.keys()]).toEqual(
    `account-blocked account-renumbered account-split authentication-changed body-required default-changed
    dimension-added dimension-removed dimension-renamed dimension-required
    dimension-value-added dimension-value-blocked dimension-value-merged dimension-value-renamed
    endpoint-moved endpoint-retired enum-value-added enum-value-removed enum-value-renamed error-code-changed
    field-added field-moved field-optional field-removed field-renamed field-required field-retyped
    gl-segment-added gl-segment-lengthened gl-segment-removed gl-segment-reordered limit-changed posting-changed
    rounding-changed sort-order-changed stage-of-computation-changed tax-code-changed warning-added
    white-space-trimmed`.split(/\s+/),
  )
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
        waiverChecks: new Map(),
        severity: {},
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
