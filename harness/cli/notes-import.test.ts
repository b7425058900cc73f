import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { Change } from '../model/change.ts'
import { Workspace } from './testing/workspace.ts'

const UPDATE = 'scenarios/tryton-ap/changes/erp-7.0'

const CHANGELOG = `Version 7.0.0 - 2023-10-30
--------------------------
* Bug fixes (see mercurial logs for details)
* Rename close state to closed
* Remove currency_digits field from invoice
* Add a wizard for stock counts
`

/** Two releases of an endpoint as Acumatica publishes it: a field went, one came. */
function endpoint(version: string, fields: readonly string[]): string {
  const listed = fields.map((name) => `<Field name="${name}" type="StringValue" />`).join('')
  return `<?xml version="1.0" encoding="utf-8"?>
<Endpoint xmlns="http://www.acumatica.com/entity/maintenance/5.31" name="Default" version="${version}"><TopLevelEntity name="Bill" screen="AP301000"><Fields>${listed}</Fields></TopLevelEntity></Endpoint>
`
}

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

/** The printed entries, proven to be valid entries of change.yaml. */
async function entriesOf(yaml: string) {
  const { notes } = z.object({ notes: Change.shape.notes }).parse(parse(yaml))
  return notes
}

describe('notes import', () => {
  test('prints one undecided entry per statement, with quote, source and place, ready to paste', async () => {
    await workspace.write('CHANGELOG', CHANGELOG)
    const { status, out, err } = await workspace.run(['notes', 'import', 'CHANGELOG', '--change', UPDATE])
    expect(status).toBe(0)
    const notes = await entriesOf(out)
    expect(notes.map((note) => [note.id, note.says, note.source, note['affects-us']])).toEqual([
      ['RN-12', 'Bug fixes (see mercurial logs for details)', 'CHANGELOG, Version 7.0.0, line 3', 'undecided'],
      ['RN-13', 'Rename close state to closed', 'CHANGELOG, Version 7.0.0, line 4', 'undecided'],
      ['RN-14', 'Remove currency_digits field from invoice', 'CHANGELOG, Version 7.0.0, line 5', 'undecided'],
      ['RN-15', 'Add a wizard for stock counts', 'CHANGELOG, Version 7.0.0, line 6', 'undecided'],
    ])
    expect(notes[1]?.expect).toEqual([
      { 'enum-value-renamed': { resource: 'account.period', field: 'state', from: 'close', to: 'closed' } },
    ])
    expect(notes[2]?.expect).toEqual([
      { 'field-removed': { resource: 'account.invoice', field: 'currency_digits' } },
      { 'field-removed': { resource: 'account.invoice.line', field: 'currency_digits' } },
    ])
    expect(out).toContain('# touches what you use: account.invoice currency_digits (47 invoices)')
    expect(out).toMatch(/# names nothing that the recordings or the mapping use\n +- id: RN-15/)
    expect(out).toMatch(/# already in change\.yaml; touches what you use: .*\n +- id: RN-13/)
    expect(err).toContain('4 entries, all undecided')
  })

  test('looks up fields, lists and titles that prose names in what the integration uses', async () => {
    await workspace.write(
      'CHANGELOG.md',
      [
        '- Dimension costCenter is now required',
        '- Dimension costCenter is renamed Fund Center.',
        '- Rename CC210 to FC210',
        '- Account 6200 is renumbered to 6210',
        '- Account 9999 is renumbered to 9998',
        '- The default of paymentMethod changes from transfer to direct-debit.',
        '- suppliers are sorted by name',
        '- Error code BILL_DUPLICATE is now DUPLICATE',
        '- gross is rounded to 1 decimal',
        '',
      ].join('\n'),
    )
    const { out } = await workspace.run([
      'notes',
      'import',
      'CHANGELOG.md',
      '--change',
      'scenarios/rest-ap/changes/api-2026-2',
    ])
    const notes = await entriesOf(out)
    expect(notes.map((note) => note.expect)).toEqual([
      [{ 'dimension-required': { resource: 'bill.lines', field: 'costCenter' } }],
      [{ 'dimension-renamed': { resource: 'bill.lines', from: 'costCenter', to: 'fundCenter' } }],
      [
        {
          'dimension-value-renamed': {
            resource: 'costCenters',
            'used-in': [{ resource: 'bill.lines', field: 'costCenter' }],
            values: { CC210: 'FC210' },
          },
        },
      ],
      [
        {
          'account-renumbered': {
            resource: 'accounts',
            'used-in': [{ resource: 'bill.lines', field: 'account' }],
            accounts: { '6200': '6210' },
          },
        },
      ],
      // No list has the account, so nothing is drafted, and the entry stays.
      [],
      [{ 'default-changed': { resource: 'bill', field: 'paymentMethod', from: 'transfer', to: 'direct-debit' } }],
      [{ 'sort-order-changed': { resource: 'suppliers' } }],
      [{ 'error-code-changed': { resource: 'bill', from: 'BILL_DUPLICATE', to: 'DUPLICATE' } }],
      [{ 'rounding-changed': { resource: 'bill.totals', fields: ['gross'], unit: '0.1' } }],
    ])
    expect(notes.every((note) => note['affects-us'] === 'undecided')).toBe(true)
  })

  test('writes a new file, and never one that exists', async () => {
    await workspace.write('CHANGELOG', CHANGELOG)
    const before = await workspace.read(`${UPDATE}/change.yaml`)
    const refused = await workspace.run(['notes', 'import', 'CHANGELOG', '--out', `${UPDATE}/change.yaml`])
    expect(refused.status).toBe(2)
    expect(refused.err).toContain('exists, and notes import edits no file')
    expect(await workspace.read(`${UPDATE}/change.yaml`)).toBe(before)
    expect((await workspace.run(['notes', 'import', 'CHANGELOG', '--out', 'drafts.yaml'])).status).toBe(0)
    expect(await entriesOf(await workspace.read('drafts.yaml'))).toHaveLength(4)
  })

  test('reads two published schemas as the notes that the publisher did not write, and refuses one alone', async () => {
    await workspace.write('Default_24.xml', endpoint('24.200.001', ['VendorRef', 'Department']))
    await workspace.write('Default_25.xml', endpoint('25.200.001', ['VendorRef', 'CostCenter']))
    const { out, status } = await workspace.run(['notes', 'import', 'Default_24.xml', 'Default_25.xml'])
    expect(status).toBe(0)
    const notes = await entriesOf(out)
    expect(notes.some((note) => note.says.includes('Department') && note.says.includes('removed'))).toBe(true)
    expect(notes.some((note) => note.says.includes('CostCenter') && note.says.includes('added'))).toBe(true)
    expect(notes.flatMap((note) => note.expect.flatMap(Object.keys))).toContain('field-removed')
    // What is drafted for a published difference is what a run would print to paste.
    expect(notes.flatMap((note) => note.expect)).toContainEqual({
      'field-removed': { resource: 'Bill', field: 'Department' },
    })
    const alone = await workspace.run(['notes', 'import', 'Default_24.xml'])
    expect(alone.status).toBe(2)
    expect(alone.err).toContain('has no second one to compare with')
  })
})
