import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadPlugIns } from '../pipeline/registry.ts'
import type { NoteSource } from '../ports/note-source.ts'
import { expectationsIn } from './reading/wording.ts'

const expectations = await loadPlugIns('expectations')
const sources = [...(await loadPlugIns('note-sources'))].sort(([, left], [, right]) => left.order - right.order)

function sourceOf(name: string, text: string): readonly [string, NoteSource] {
  const found = sources.find(([, source]) => source.recognizes({ name, text }))
  if (found === undefined) throw new Error(`${name} is read by none`)
  return found
}

const OPENUPGRADE = `---Models in module 'account_halden'---
obsolete model account.halden.template
new model account.halden.send [transient]
---Fields in module 'account_halden'---
account_halden / account.halden           / _order                        : _order is now 'code, id' ('id')
account_halden / account.halden           / fund_id (many2one)            : NEW relation: account.fund, required
account_halden / account.halden           / department_id (many2one)      : DEL relation: hr.department
account_halden / account.halden           / note (text)                   : type is now 'html' ('text')
account_halden / account.halden           / ref (char)                    : not required anymore
account_halden / account.halden           / kind (selection)              : selection_keys is now '['asset', 'fund']' ('['asset', 'expense']')
---XML records in module 'account_halden'---
DEL account.halden: account_halden.default_template
`

const DEPRECATED = `---
title: "Deprecated Features in Halden"
ms.date: 11/24/2026
---

# Deprecated Features in Halden

<!-- not yet complete -->
## Changes in 2027 release wave 1

### Invoice API, beta version

|Moved, Removed, or Replaced? |Why?|
|---------|---------|
|Removed | The beta is superseded by v2.0. |

### Printed remittance
Suppliers get a printed remittance advice,
one page per payment.

|Moved, Removed, or Replaced?|Why?|
|----|----|
|Moved|It is an extension now. |
`

const ROWS: readonly Readonly<{
  title: string
  file: string
  text: string
  format: string
  says: readonly string[]
  expects?: readonly (readonly [number, readonly string[]])[]
}>[] = [
  {
    title: 'bullets of a plain CHANGELOG under versions, one that goes on over two lines, and a line without a bullet',
    file: 'CHANGELOG',
    format: 'plain-changelog',
    text: 'Version 7.0.0 - 2023-10-30\n--------------------------\n* Rename close state to closed\n* Remove unit_digits field\n* Post cancelled\n  and delegated moves\n\nVersion 6.8.0 - 2023-05-01\nFirst release on paper.\n',
    says: [
      'Rename close state to closed',
      'Remove unit_digits field',
      'Post cancelled and delegated moves',
      'First release on paper.',
    ],
    expects: [
      [0, ['enum-value-renamed']],
      [1, ['field-removed']],
    ],
  },
  {
    title: 'a Markdown page: headings, nested items, a table, a paragraph and a note',
    file: 'notes.md',
    format: 'markdown',
    text: '# Release 9\n\nThe field **Department** is renamed.\n\n- Dropped `legacy_code`\n  - only for suppliers\n1. Numbered\n\n| Field | Change |\n|---|---|\n| fund | is now required |\n| note | longer |\n\n> Mind the close.\n\n```\ncode is shown, not said\n```\n',
    says: [
      'The field Department is renamed.',
      'Dropped `legacy_code`',
      'only for suppliers',
      'Numbered',
      'Field: fund; Change: is now required',
      'Field: note; Change: longer',
      'Mind the close.',
    ],
    expects: [[1, ['field-removed']]],
  },
  {
    title: 'a web page: items, a table row and a paragraph; a script says nothing, an entity is a character',
    file: 'notes.html',
    format: 'html',
    text: '<!doctype html><html><head><title>T</title><script>alert(1)</script></head><body><h1>Release 9</h1><p>Field &amp; form changes</p><ul><li>Removed <code>legacy_code</code></li><li>Renamed&nbsp;fund</li></ul><table><tr><td>fund</td><td>required</td></tr></table></body></html>',
    says: ['Field & form changes', 'Removed `legacy_code`', 'Renamed fund', 'fund | required'],
    expects: [[1, ['field-removed']]],
  },
  {
    title: 'every line of an OpenUpgrade analysis, with the expectation that the line states',
    file: 'upgrade_analysis.txt',
    format: 'openupgrade-analysis',
    text: OPENUPGRADE,
    says: OPENUPGRADE.split('\n')
      .filter((line) => line !== '' && !line.startsWith('---'))
      .map((line) => line.replace(/\s+/g, ' ')),
    expects: [
      [0, ['endpoint-retired']],
      [1, []],
      [2, ['sort-order-changed']],
      [3, ['field-required']],
      [4, ['field-removed']],
      [5, ['field-retyped']],
      [6, ['field-optional']],
      [7, ['enum-value-removed', 'enum-value-added']],
      [8, []],
    ],
  },
  {
    title: 'a page of deprecated features: the heading is the subject of its row',
    file: 'deprecated-features.md',
    format: 'business-central-deprecated',
    text: DEPRECATED,
    says: [
      'Invoice API, beta version: Moved, Removed, or Replaced?: Removed; Why?: The beta is superseded by v2.0.',
      'Suppliers get a printed remittance advice, one page per payment.',
      'Printed remittance: Moved, Removed, or Replaced?: Moved; Why?: It is an extension now.',
    ],
    expects: [
      [0, ['endpoint-retired']],
      [1, []],
    ],
  },
  {
    title: 'a log of conventional commits, with a breaking footer of its own',
    file: 'log.txt',
    format: 'conventional-commits',
    text: '16.1.0\nfix!: remove legacy_code from invoices\n\nBREAKING CHANGE: clients that read it must stop\nfeat(bills): add field fund\n  and its description\nchore: tidy\n',
    says: [
      'fix!: remove legacy_code from invoices',
      'BREAKING CHANGE: clients that read it must stop',
      'feat(bills): add field fund and its description',
      'chore: tidy',
    ],
    expects: [
      [0, ['field-removed']],
      [2, ['field-added']],
      [3, []],
    ],
  },
]

describe('statements in are statements out', () => {
  test.each(ROWS)('$title', ({ file, text, format, says, expects = [] }) => {
    const [id, source] = sourceOf(file, text)
    expect(id).toBe(format)
    const { statements } = source.read({ name: file, text })
    expect(statements.map((statement) => statement.says)).toEqual(says)
    for (const [index, ids] of expects) {
      expect(statements[index]?.expects.map((draft) => draft.id)).toEqual(ids)
    }
  })

  test.each(ROWS)('drafts of $format that name their resource are taken by the expectation', ({ file, text }) => {
    const { statements } = sourceOf(file, text)[1].read({ name: file, text })
    const drafts = statements.flatMap(({ expects }) => expects).filter(({ args }) => args.resource !== undefined)
    expect(drafts.filter(({ id, args }) => expectations.get(id)?.args.safeParse(args).success !== true)).toEqual([])
  })

  test.each(ROWS.filter(({ format }) => format !== 'html'))('every line is counted once: $format', ({ file, text }) => {
    const { statements, otherLines } = sourceOf(file, text)[1].read({ name: file, text })
    const others = Object.values(otherLines).reduce((sum, count) => sum + count, 0)
    expect(statements.length + others).toBe(text.replace(/\n$/, '').split('\n').length)
  })

  test('whatever the text, no line of it is lost, and no word of a line that is no heading, rule, code or comment', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        '---',
        '# One',
        '* Rename a to b',
        '- x',
        '| a | b |',
        '|---|---|',
        '```',
        '<!-- c',
        'c -->',
        'feat: y',
      ),
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ' ')),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('a.md', 'CHANGELOG', 'log.txt'), (lines, name) => {
        const text = lines.map((each) => `${each}\n`).join('')
        for (const [id, source] of sources) {
          if (id === 'html') continue
          const { statements, otherLines } = source.read({ name, text })
          const others = Object.values(otherLines).reduce((sum, count) => sum + count, 0)
          expect(statements.length + others).toBe(lines.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('what a statement in prose announces', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['Rename close state to closed', 'enum-value-renamed', { field: 'state', from: 'close', to: 'closed' }],
    ['Rename unit_price to price', 'field-renamed', { from: 'unit_price', to: 'price' }],
    ['The field department is renamed cost_center.', 'field-renamed', { from: 'department', to: 'cost_center' }],
    ['Remove currency_digits field from invoice', 'field-removed', { field: 'currency_digits' }],
    ['projectCode is no longer read.', 'field-removed', { field: 'projectCode' }],
    ['Added a new field approved_by', 'field-added', { field: 'approved_by' }],
    [
      '`bill.costCenter` is moved to `bill.lines.costCenter`',
      'field-moved',
      { from: { resource: 'bill', field: 'costCenter' }, to: { resource: 'bill.lines', field: 'costCenter' } },
    ],
    ['quantity changes from number to text', 'field-retyped', { field: 'quantity', from: 'number', to: 'string' }],
    ['“Payment method” is now mandatory', 'field-required', { field: 'Payment method' }],
    ['dueDate must be provided', 'field-required', { field: 'dueDate' }],
    ['dueDate is no longer required', 'field-optional', { field: 'dueDate', direction: 'send' }],
    ['Added value on-hold to status', 'enum-value-added', { field: 'status', values: ['on-hold'] }],
    [
      'Value cheque is removed from paymentMethod',
      'enum-value-removed',
      { field: 'paymentMethod', values: ['cheque'] },
    ],
    ['Dimension Department is renamed Cost Center.', 'dimension-renamed', { from: 'Department', to: 'Cost Center' }],
    ['Dimension project is now mandatory', 'dimension-required', { field: 'project' }],
    ['Dimension project is removed', 'dimension-removed', { field: 'project' }],
    ['Department D10 is renamed CC10.', 'dimension-value-renamed', { values: { D10: 'CC10' } }],
    ['CC31 and CC32 are merged into CC30', 'dimension-value-merged', { values: ['CC31', 'CC32'], into: 'CC30' }],
    ['Cost center CC10 is blocked', 'dimension-value-blocked', { values: ['CC10'] }],
    ['Account 6540 is renumbered to 6545', 'account-renumbered', { accounts: { '6540': '6545' } }],
    ['Account 6540 is split into 6541 and 6542.', 'account-split', { account: '6540', into: ['6541', '6542'] }],
    ['GL account 6540 is closed', 'account-blocked', { accounts: ['6540'] }],
    ['Tax code V12 is replaced by V115', 'tax-code-changed', { codes: { V12: 'V115' } }],
    ['POST /bills is moved to POST /v2/bills', 'endpoint-moved', { from: 'POST /bills', to: 'POST /v2/bills' }],
    ['GET /payment-terms is retired.', 'endpoint-retired', { endpoint: 'GET /payment-terms' }],
    [
      'Basic authentication is replaced by OAuth 2.0.',
      'authentication-changed',
      { from: 'Basic authentication', to: 'OAuth 2.0' },
    ],
    ['Error code BILL_DUPLICATE is now DUPLICATE', 'error-code-changed', { from: 'BILL_DUPLICATE', to: 'DUPLICATE' }],
    [
      'The default of paymentMethod changes from transfer to direct-debit.',
      'default-changed',
      { field: 'paymentMethod', from: 'transfer', to: 'direct-debit' },
    ],
    [
      'The maximum length of `reference` is reduced from 40 to 20 characters.',
      'limit-changed',
      { field: 'reference', limit: 'maxLength', from: 40, to: 20 },
    ],
    ['note is limited to 80 characters', 'limit-changed', { field: 'note', limit: 'maxLength', from: null, to: 80 }],
    ['gross is rounded to 2 decimals', 'rounding-changed', { field: 'gross', unit: '0.01' }],
    ['gross is now rounded to the nearest 0.05', 'rounding-changed', { field: 'gross', unit: '0.05' }],
    ['suppliers are sorted by number', 'sort-order-changed', { listed: 'suppliers' }],
  ])('%s', (says, id, args) => expect(expectationsIn(says).expects).toEqual([{ id, args }]))

  test.each([
    'Add a wizard for stock counts',
    'Use no breaking space to format number and date',
    'Bills can no longer be paid by cheque.',
    'The field Department is renamed.',
    'Support alternative payees on invoice',
  ])('%s: nothing that can be classified', (says) => expect(expectationsIn(says).expects).toEqual([]))

  test('a statement of any length is read at once', () => {
    expect(expectationsIn('a'.repeat(1_000_000)).expects).toEqual([])
  })
})
