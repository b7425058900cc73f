import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CHANGE_CLASSES } from '../decide/rollback-catalogue.ts'
import { Area, type Difference, DifferenceClass, DifferenceKind } from '../model/difference.ts'
import { Direction, StructureChange, type StructureDifference, StructureEffect } from '../model/structure.ts'
import { type Check, type Facts, NO_FACTS, type StructureFact, type WaiverFact } from '../ports/check.ts'
import type { CombinationFact, MappingFact } from '../ports/mapping-fact.ts'

const checks = new Map<string, Check>()
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
  const module: { default: Check } = await import(join(import.meta.dirname, file))
  checks.set(file.slice(0, -3), module.default)
}

const NOTHING: Facts = NO_FACTS

/** The cost account of a cleaning invoice, booked to another account after posting. */
function difference(over: Partial<Difference> = {}): Difference {
  return {
    area: 'documents',
    kind: 'coerced',
    class: 'coding',
    loudness: 'silent',
    resource: 'account.invoice.line',
    pointer: '/account',
    at: '/lines/0/account',
    stage: 'post',
    baseline: '5100',
    candidate: '5900',
    sent: '5100',
    invoices: ['S-104 RE-2026-0815'],
    seenBy: 'gate',
    ...over,
  }
}

const lookup = (over: Partial<Difference>) =>
  difference({ area: 'interactions', stage: '', at: '', sent: null, seenBy: 'connector', ...over })
const listed = (over: Partial<Difference>) =>
  difference({ area: 'values', resource: 'account.account', stage: '', at: '/5100', sent: null, ...over })

/** How many documents of an invoice were created, and how many the ERP finds. */
const counted = (expected: string, found: string) =>
  difference({
    kind: found > expected ? 'extra' : 'absent',
    class: 'identity',
    resource: 'account.invoice',
    pointer: '',
    at: '',
    stage: '',
    baseline: expected,
    candidate: found,
    sent: null,
  })

/** The department of a cleaning invoice, as the connector sends it. */
const sentValue = (over: Partial<Difference>) =>
  difference({ area: 'requests', pointer: '/department', at: '/lines/0/department', stage: 'create', ...over })
const call = (over: Partial<Difference>) =>
  difference({ area: 'requests', class: 'state', pointer: '/post', at: '', stage: 'post', ...over })
const reported = (over: Partial<Difference>) =>
  difference({ area: 'results', class: 'state', resource: 'result', at: '', stage: '', sent: null, ...over })
const conduct = (over: Partial<Difference>) =>
  difference({ area: 'conduct', class: 'state', resource: 'connector', at: '', stage: '', sent: null, ...over })

/** A waiver of a cost account that came out otherwise. */
const waived = (about: WaiverFact['about'], part: WaiverFact['part'] = ''): WaiverFact => ({
  about,
  waiver: {
    fingerprint: '0a1b2c3d4e5f',
    owner: 'Cleo Dahl',
    approver: part === 'its owner' ? 'Cleo Dahl' : 'Bo Lund',
    reason: 'Only drafts are concerned.',
    expires: '2026-12-01T00:00Z',
  },
  end: '2026-12-06T02:00Z',
  part,
  difference: difference({
    area: 'waivers',
    class: 'state',
    resource: 'waivers',
    pointer: '/0a1b2c3d4e5f',
    at: '',
    stage: '',
    invoices: [],
  }),
})

function published(over: Partial<StructureDifference>): StructureFact {
  const structure: StructureDifference = {
    resource: 'account.invoice',
    direction: 'send',
    pointer: '/payment_term',
    schemaPointer: '/properties/payment_term',
    keyword: 'property',
    change: 'removed',
    old: null,
    new: null,
    effect: 'breaking',
    why: '',
    shared: null,
    also: 0,
    ...over,
  }
  return {
    structure,
    difference: difference({
      area: 'structure',
      class: 'structure',
      resource: structure.resource,
      pointer: structure.pointer,
      stage: '',
      at: '',
    }),
  }
}

/** A row of the mapping: the department of a line goes to its cost center. */
const mapped = (about: MappingFact['about'], found: string, over: Partial<Difference> = {}): MappingFact => ({
  about,
  from: '/lines/*/department',
  found,
  difference: difference({
    ...{ area: 'structure', class: 'structure', resource: 'bill.lines', pointer: '/costCenter', at: '', stage: '' },
    ...over,
  }),
})
const combined = (about: CombinationFact['about'], segment: string, value: string): CombinationFact => ({
  about,
  segment,
  value,
  difference: difference({ area: 'values', resource: 'accounts', pointer: '', at: `/${value}`, stage: '' }),
})

type Row = Readonly<{ name: string; facts: Partial<Facts>; objecting: readonly string[] }>

/** Each row: facts, and exactly the checks that object to them. A check passes in the rows that do not name it. */
const ROWS: readonly Row[] = [
  { name: 'nothing differs', facts: {}, objecting: [] },
  // What the ERP finds after the run
  {
    name: 'an invoice is found twice',
    facts: { copies: [counted('1', '2')] },
    objecting: ['document-duplicated'],
  },
  {
    name: 'an invoice that was created is not found',
    facts: { copies: [counted('1', '0')] },
    objecting: ['document-lost'],
  },
  {
    name: 'a noise rule leaves nothing out',
    facts: { noise: [difference({ pointer: '/comment', class: 'text', stage: '', at: '' })] },
    objecting: ['noise-unmatched'],
  },
  // What the connector under test sends, reports and logs
  {
    name: 'the connector sends another department',
    facts: { requests: [sentValue({ kind: 'coerced', candidate: 'D20' })] },
    objecting: ['request-changed'],
  },
  {
    name: 'the connector no longer sends the department',
    facts: { requests: [sentValue({ kind: 'absent', candidate: null })] },
    objecting: ['request-changed'],
  },
  {
    name: 'the connector sends a project that it did not send',
    facts: { requests: [sentValue({ kind: 'extra', baseline: null, candidate: 'P110' })] },
    objecting: ['request-changed'],
  },
  {
    name: 'the connector no longer posts',
    facts: { requests: [call({ kind: 'absent' })] },
    objecting: ['request-lost'],
  },
  { name: 'the connector posts twice', facts: { requests: [call({ kind: 'extra' })] }, objecting: ['request-added'] },
  {
    name: 'the connector no longer reads the total',
    facts: { inquiries: [call({ kind: 'absent', pointer: '/total_amount' })] },
    objecting: ['inquiry-lost'],
  },
  {
    name: 'the connector reads a field that it did not read',
    facts: { inquiries: [call({ kind: 'extra', pointer: '/agent' })] },
    objecting: ['inquiry-added'],
  },
  {
    name: 'the connector reads another line',
    facts: { inquiries: [call({ kind: 'coerced', pointer: '/params/0/0', at: '/params/0/0' })] },
    objecting: ['inquiry-changed'],
  },
  {
    name: 'an invoice that was reported as rejected is reported as held',
    facts: { results: [reported({ pointer: '/status', baseline: 'rejected', candidate: 'held' })] },
    objecting: ['result-changed'],
  },
  {
    name: 'nothing is reported of an invoice',
    facts: { results: [reported({ kind: 'absent', pointer: '', baseline: 'posted', candidate: null })] },
    objecting: ['result-missing'],
  },
  {
    name: 'an invoice is rejected and nobody is told why',
    facts: { results: [reported({ kind: 'absent', pointer: '/message', baseline: 'a message', candidate: null })] },
    objecting: ['result-missing'],
  },
  {
    name: 'an invoice is reported as exported and is not there',
    facts: { results: [reported({ pointer: '/held', baseline: 'the ERP holds nothing of it', candidate: 'posted' })] },
    objecting: ['result-untrue'],
  },
  {
    name: 'the connector crashes',
    facts: { conduct: [conduct({ pointer: '/ended', candidate: 'exit status 1: TypeError' })] },
    objecting: ['connector-failed'],
  },
  {
    name: 'the connector logs its session key',
    facts: { conduct: [conduct({ kind: 'extra', resource: 'stdout', pointer: '/session-key', at: '/3/session-key' })] },
    objecting: ['secret-logged'],
  },
  // What the connector under test makes of failures of the ERP
  ...(
    [
      ['result', 'failure-unreported'],
      ['reason', 'failure-unexplained'],
      ['claim', 'failure-misreported'],
      ['document', 'failure-doubled'],
      ['second-attempt', 'failure-retried-blindly'],
      ['content', 'failure-altered'],
      ['pause', 'failure-hurried'],
      ['batch', 'failure-spread'],
      ['end', 'failure-endless'],
    ] as const
  ).map(([matter, id]) => ({
    name: `an answer to an invoice is lost, and the connector is wanting in its ${matter}`,
    facts: {
      conduct: [conduct({ resource: matter, pointer: '/reference', at: '/answer-lost-at-create/reference' })],
    },
    objecting: [id],
  })),
  // The mapping
  {
    name: 'a mapped field is gone',
    facts: { mapping: [mapped('gone', '')] },
    objecting: ['mapped-field-removed'],
  },
  {
    name: 'a mapped field holds numbers where it held texts',
    facts: { mapping: [mapped('retyped', 'string → integer')] },
    objecting: ['mapped-field-retyped'],
  },
  {
    name: 'a field is required that nothing is mapped to',
    facts: { mapping: [mapped('unmapped', 'costCenter')] },
    objecting: ['required-field-unmapped'],
  },
  {
    name: 'a code table has a cost center that the ERP has not',
    facts: { mapping: [mapped('value-gone', 'CC90')] },
    objecting: ['mapped-value-removed'],
  },
  {
    name: 'department and project go to the same field',
    facts: { mapping: [mapped('twice', '/lines/*/project')] },
    objecting: ['field-mapped-twice'],
  },
  {
    name: 'a code of the table is too long',
    facts: { mapping: [mapped('too-long', 'at most 10 characters')] },
    objecting: ['mapped-value-too-long'],
  },
  {
    name: 'accounts have one segment more',
    facts: { combinations: [combined('segments', 'company-account-department', '4')] },
    objecting: ['combination-invalid'],
  },
  {
    name: 'a recorded line has a department that is gone',
    facts: { combinations: [combined('value', 'department', 'D40')] },
    objecting: ['combination-invalid'],
  },
  {
    name: 'the combination of a recorded line was never set up',
    facts: { combinations: [combined('unlisted', 'account', '100-6200-D10-F10')] },
    objecting: ['combination-invalid'],
  },
  {
    name: 'the combination of a recorded line is closed',
    facts: { combinations: [combined('blocked', 'account', '100-6200-D10-F10')] },
    objecting: ['combination-invalid'],
  },
  // What is published
  {
    name: 'the payment term of an invoice can no longer be sent',
    facts: { structure: [published({})] },
    objecting: ['field-removed'],
  },
  {
    name: 'an invoice has a new optional field',
    facts: { structure: [published({ pointer: '/agent', change: 'added', effect: 'compatible' })] },
    objecting: ['field-added'],
  },
  {
    name: 'a field that was free to hold anything has a type now',
    facts: { structure: [published({ change: 'added', effect: 'breaking' })] },
    objecting: ['send-narrowed'],
  },
  {
    name: 'the cost center of a line must be sent',
    facts: { structure: [published({ pointer: '/cost_center', keyword: 'required', change: 'added' })] },
    objecting: ['field-required'],
  },
  {
    name: 'the cost center of a line need not be sent any more',
    facts: { structure: [published({ keyword: 'required', change: 'removed', effect: 'compatible' })] },
    objecting: ['field-optional'],
  },
  {
    name: 'a field that must be sent could not be left out before either',
    facts: { structure: [published({ keyword: 'required', change: 'added', effect: 'compatible' })] },
    objecting: [],
  },
  {
    name: 'the due date is always answered now',
    facts: {
      structure: [published({ keyword: 'required', change: 'added', direction: 'read', effect: 'compatible' })],
    },
    objecting: ['answer-guaranteed'],
  },
  {
    name: 'the due date can be missing from an answer',
    facts: { structure: [published({ keyword: 'required', change: 'removed', direction: 'read' })] },
    objecting: ['answer-optional'],
  },
  {
    name: 'credit notes can no longer be sent at all',
    facts: { structure: [published({ pointer: '', keyword: 'resource' })] },
    objecting: ['record-removed'],
  },
  {
    name: 'payments can be read and no longer be sent',
    facts: { structure: [published({ pointer: '', keyword: 'send' })] },
    objecting: ['record-removed'],
  },
  {
    name: 'payment runs can be read now',
    facts: {
      structure: [
        published({ pointer: '', keyword: 'resource', direction: 'read', change: 'added', effect: 'compatible' }),
      ],
    },
    objecting: ['record-added'],
  },
  {
    name: 'the reference may have 20 characters and not 35',
    facts: { structure: [published({ pointer: '/reference', keyword: 'maxLength', change: 'narrowed' })] },
    objecting: ['send-narrowed'],
  },
  {
    name: 'the reference must be one of a list now',
    facts: { structure: [published({ keyword: 'enum', change: 'added' })] },
    objecting: ['send-narrowed'],
  },
  {
    name: 'the reference may have 60 characters',
    facts: { structure: [published({ keyword: 'maxLength', change: 'widened', effect: 'compatible' })] },
    objecting: ['send-widened'],
  },
  {
    name: 'the type of an invoice may be anything now',
    facts: { structure: [published({ keyword: 'enum', change: 'removed', effect: 'compatible' })] },
    objecting: ['send-widened'],
  },
  {
    name: 'the state of an invoice can be one more',
    facts: { structure: [published({ pointer: '/state', keyword: 'enum', change: 'widened', direction: 'read' })] },
    objecting: ['read-widened'],
  },
  {
    name: 'the state of an invoice can be anything',
    facts: { structure: [published({ pointer: '/state', keyword: 'enum', change: 'removed', direction: 'read' })] },
    objecting: ['read-widened'],
  },
  {
    name: 'the state of an invoice can be one less',
    facts: {
      structure: [published({ keyword: 'enum', change: 'narrowed', direction: 'read', effect: 'compatible' })],
    },
    objecting: ['read-narrowed'],
  },
  {
    name: 'the state of an invoice is one of a list now',
    facts: { structure: [published({ keyword: 'enum', change: 'added', direction: 'read', effect: 'compatible' })] },
    objecting: ['read-narrowed'],
  },
  {
    name: 'the condition under which a field may be sent is another',
    facts: { structure: [published({ keyword: 'x-conditions', change: 'altered', effect: 'unknown' })] },
    objecting: ['rule-changed'],
  },
  {
    name: 'the type of a read field is a matter of taste',
    facts: {
      structure: [published({ keyword: 'x-erp-type', change: 'altered', direction: 'read', effect: 'compatible' })],
    },
    objecting: [],
  },
  // What the connector searches by
  {
    name: 'open periods are searched by a state that has another name',
    facts: {
      searches: [lookup({ kind: 'absent', resource: 'account.period', pointer: '/state', sent: 'close' })],
    },
    objecting: ['search-value-gone'],
  },
  // Value lists
  {
    name: 'account 5100 is gone',
    facts: { values: [listed({ kind: 'absent', pointer: '' })] },
    objecting: ['value-removed'],
  },
  {
    name: 'account 5900 is new',
    facts: { values: [listed({ kind: 'extra', pointer: '', at: '/5900' })] },
    objecting: ['value-added'],
  },
  {
    name: 'the tax code has another rate',
    facts: { values: [listed({ pointer: '/rate', baseline: '0.19', candidate: '0.21' })] },
    objecting: ['value-altered'],
  },
  {
    name: 'the supplier is blocked',
    facts: { values: [listed({ kind: 'changed-state', pointer: '/active', baseline: 'true', candidate: 'false' })] },
    objecting: ['value-blocked'],
  },
  {
    name: 'the closed department takes postings again',
    facts: { values: [listed({ kind: 'changed-state', pointer: '/active', baseline: 'false', candidate: 'true' })] },
    objecting: ['value-unblocked'],
  },
  {
    name: 'account 6100 demands a cost center',
    facts: {
      values: [listed({ at: '/6100', pointer: '/cost_center_required', baseline: 'false', candidate: 'true' })],
    },
    objecting: ['value-required'],
  },
  {
    name: 'the department is no longer mandatory',
    facts: { values: [listed({ at: '/DEPT', pointer: '/mandatory', baseline: 'true', candidate: 'false' })] },
    objecting: ['value-optional'],
  },
  {
    name: 'account 5100 seems to be 5101 now',
    facts: {
      valueLists: [
        {
          about: 'renamed',
          evidence: 'both are titled "Freight"',
          difference: listed({ baseline: '5100', candidate: '5101', pointer: '' }),
        },
      ],
    },
    objecting: ['value-renamed'],
  },
  {
    name: 'a field that is gone seems to have another name',
    facts: {
      renames: [
        {
          proposal: {
            kind: 'field',
            resource: 'account.invoice.line',
            direction: 'send',
            from: '/department',
            to: '/cost_center',
            toResource: 'account.invoice.line',
            oldValue: null,
            newValue: null,
            confidence: 97,
            evidence: ['49 recorded invoices carry the same values in both'],
          },
          difference: difference({ area: 'structure', pointer: '/department', stage: '', at: '' }),
        },
      ],
    },
    objecting: ['field-renamed'],
  },
  {
    name: 'an approval that worked without a body asks for one',
    facts: {
      structure: [published({ resource: 'POST /bills/{id}/approve', pointer: '', keyword: 'body', change: 'added' })],
    },
    objecting: ['body-required'],
  },
  {
    name: 'an approval need not be given a body any more',
    facts: {
      structure: [
        published({
          resource: 'POST /bills/{id}/approve',
          pointer: '',
          keyword: 'body',
          change: 'removed',
          effect: 'compatible',
        }),
      ],
    },
    objecting: ['body-optional'],
  },
  {
    name: 'a field that is gone from the invoice seems to stand in its lines',
    facts: {
      renames: [
        {
          proposal: {
            kind: 'move',
            resource: 'account.invoice',
            direction: 'send',
            from: '/department',
            to: '/department',
            toResource: 'account.invoice.line',
            oldValue: null,
            newValue: null,
            confidence: 71,
            evidence: ['one of the two records is in the other'],
          },
          difference: difference({
            area: 'structure',
            resource: 'account.invoice',
            pointer: '/department',
            stage: '',
            at: '',
          }),
        },
      ],
    },
    objecting: ['field-moved'],
  },
  {
    name: 'an operation that is gone seems to have another name',
    facts: {
      renames: [
        {
          proposal: {
            kind: 'resource',
            resource: 'POST /bills',
            direction: 'send',
            from: 'POST /bills',
            to: 'POST /v2/bills',
            toResource: 'POST /v2/bills',
            oldValue: null,
            newValue: null,
            confidence: 95,
            evidence: ['the paths are alike (100 %)'],
          },
          difference: difference({ area: 'structure', resource: 'POST /bills', pointer: '', stage: '', at: '' }),
        },
      ],
    },
    objecting: ['record-renamed'],
  },
  {
    name: 'a value that is gone from a selection seems to have another name',
    facts: {
      renames: [
        {
          proposal: {
            kind: 'value',
            resource: 'account.period',
            direction: 'read',
            from: '/state',
            to: '/state',
            toResource: 'account.period',
            oldValue: 'close',
            newValue: 'closed',
            confidence: 91,
            evidence: ['the values are alike (95 %)'],
          },
          difference: difference({ area: 'structure', resource: 'account.period', pointer: '/state', stage: '' }),
        },
      ],
    },
    objecting: ['field-renamed'],
  },
  {
    name: 'a second engine sees documents lost where the gate sees none',
    facts: {
      opinions: [
        {
          engine: 'json-schema-diff',
          difference: difference({
            area: 'structure',
            pointer: '/reference',
            stage: '',
            at: '',
            baseline: 'no difference',
            candidate: 'documents lost',
          }),
        },
      ],
    },
    objecting: ['second-opinion-other'],
  },
  {
    name: 'accounts have a segment more',
    facts: {
      valueLists: [
        {
          about: 'format',
          evidence: '3 segments became 4',
          difference: listed({ at: '', baseline: '99-9999-999', candidate: '99-9999-999-99', pointer: '' }),
        },
      ],
    },
    objecting: ['value-format-changed'],
  },
  // Documents
  {
    name: 'the invoice is refused at create',
    facts: {
      documents: [difference({ kind: 'refused', class: 'state', loudness: 'loud', candidate: 'UserError: no tax' })],
    },
    objecting: ['invoice-refused'],
  },
  {
    name: 'the invoice without a period is accepted now',
    facts: {
      documents: [difference({ kind: 'accepted', class: 'state', loudness: 'loud', baseline: 'UserError: closed' })],
    },
    objecting: ['invoice-newly-accepted'],
  },
  {
    name: 'the refusal has another wording',
    facts: { documents: [difference({ class: 'text', loudness: 'loud' })] },
    objecting: ['refusal-changed'],
  },
  { name: 'the cost account is another', facts: { documents: [difference()] }, objecting: ['stored-coding-changed'] },
  {
    name: 'the tax amount is another',
    facts: { documents: [difference({ class: 'amount', pointer: '/tax_amount' })] },
    objecting: ['stored-amount-changed'],
  },
  {
    name: 'the tax amount differs by a cent',
    facts: { documents: [difference({ kind: 'rounded', class: 'rounding', pointer: '/tax_amount' })] },
    objecting: ['stored-amount-rounded'],
  },
  {
    name: 'the reference lost its end',
    facts: { documents: [difference({ kind: 'truncated', class: 'identity', pointer: '/reference' })] },
    objecting: ['stored-identity-changed'],
  },
  {
    name: 'the invoice stays in draft',
    facts: { documents: [difference({ kind: 'changed-state', class: 'state', pointer: '/state' })] },
    objecting: ['stored-state-changed'],
  },
  {
    name: 'the description is another',
    facts: { documents: [difference({ class: 'text', pointer: '/description' })] },
    objecting: ['stored-text-changed'],
  },
  {
    name: 'the lines stand in another order',
    facts: { documents: [difference({ kind: 'reordered', class: 'text', pointer: '/lines' })] },
    objecting: ['stored-order-changed'],
  },
  // What the connector was answered about an invoice
  {
    name: 'the read after posting tells another account',
    facts: { interactions: [difference({ area: 'interactions' })] },
    objecting: ['stored-coding-changed'],
  },
  {
    name: 'the read after posting tells the lines in another order',
    facts: { interactions: [difference({ area: 'interactions', kind: 'reordered', pointer: '/lines' })] },
    objecting: ['stored-order-changed'],
  },
  {
    name: 'the read after posting is refused',
    facts: {
      interactions: [difference({ area: 'interactions', kind: 'refused', class: 'state', loudness: 'loud' })],
    },
    objecting: ['read-refused'],
  },
  {
    name: 'the read after posting was refused and is answered',
    facts: {
      interactions: [difference({ area: 'interactions', kind: 'accepted', class: 'state', loudness: 'loud' })],
    },
    objecting: ['read-newly-accepted'],
  },
  // What the connector was answered about master data
  {
    name: 'the search for open periods finds one less',
    facts: { interactions: [lookup({ kind: 'absent', pointer: '/found', resource: 'account.period' })] },
    objecting: ['lookup-value-lost'],
  },
  {
    name: 'the search for open periods finds one more',
    facts: { interactions: [lookup({ kind: 'extra', pointer: '/found', resource: 'account.period' })] },
    objecting: ['lookup-value-gained'],
  },
  {
    name: 'the search for the open period finds another period',
    facts: {
      interactions: [
        lookup({ pointer: '/found', resource: 'account.period', baseline: '2026-10', candidate: '2026-11' }),
      ],
    },
    objecting: ['lookup-value-changed'],
  },
  {
    name: 'the payable account of a supplier is another',
    facts: { interactions: [lookup({ pointer: '/account_payable', resource: 'party.party' })] },
    objecting: ['lookup-value-changed'],
  },
  {
    name: 'the suppliers come in another order',
    facts: { interactions: [lookup({ kind: 'reordered', pointer: '/found', resource: 'party.party' })] },
    objecting: ['lookup-order-changed'],
  },
  {
    name: 'the preferences of the user have one member more',
    facts: { interactions: [lookup({ kind: 'extra', class: 'text', pointer: '/avatar', resource: 'res.user' })] },
    objecting: ['lookup-text-changed'],
  },
  {
    name: 'the look-up of a supplier is refused',
    facts: { interactions: [lookup({ kind: 'refused', class: 'state', loudness: 'loud', pointer: '/search_read' })] },
    objecting: ['read-refused'],
  },
  {
    name: 'the look-up of a supplier was refused and is answered',
    facts: { interactions: [lookup({ kind: 'accepted', class: 'state', loudness: 'loud', pointer: '/search_read' })] },
    objecting: ['read-newly-accepted'],
  },
  {
    name: 'the look-up of a supplier is refused in other words',
    facts: { interactions: [lookup({ class: 'text', loudness: 'loud', pointer: '/search_read' })] },
    objecting: ['refusal-changed'],
  },
  // Waivers that people wrote
  {
    name: 'a waiver that lapses before the window ends',
    facts: { waivers: [waived('expired')] },
    objecting: ['waiver-expired'],
  },
  {
    name: 'a waiver that its owner approved',
    facts: { waivers: [waived('self-approved', 'its owner')] },
    objecting: ['waiver-self-approved'],
  },
  {
    name: 'a waiver of a finding that is not there',
    facts: { waivers: [waived('unused')] },
    objecting: ['waiver-unused'],
  },
]

function objecting(facts: Partial<Facts>): readonly string[] {
  return [...checks].filter(([, check]) => check.run({ ...NOTHING, ...facts }).length > 0).map(([id]) => id)
}

describe('who objects to what', () => {
  test.each(ROWS)('$name', ({ facts, objecting: expected }) => expect(objecting(facts)).toEqual(expected))

  test('every check has a row in which it fails, and no row names a check that does not exist', () => {
    expect([...new Set(ROWS.flatMap((row) => row.objecting))].sort()).toEqual([...checks.keys()])
  })

  test('every check has a row in its own area in which it passes', () => {
    const without = [...checks].filter(
      ([id, check]) =>
        !ROWS.some(
          ({ facts, objecting: named }) =>
            !named.includes(id) && check.requires.some((area) => (facts[area] ?? []).length > 0),
        ),
    )
    // Some areas are one check's alone; nothing in them is its passing row.
    expect(without.map(([id]) => id)).toEqual([
      'combination-invalid',
      'noise-unmatched',
      'search-value-gone',
      'second-opinion-other',
    ])
  })
})

describe('nothing differs unseen', () => {
  const KINDS = DifferenceKind.options.filter((kind) => kind !== 'refused' && kind !== 'accepted')
  const CLASSES = DifferenceClass.options.filter((each) => each !== 'structure')

  test('every kind and class of a stored value is objected to, in documents and in answers', () => {
    const unseen = KINDS.flatMap((kind) =>
      CLASSES.flatMap((each) =>
        (['documents', 'interactions'] as const).flatMap((area) =>
          (area === 'documents' ? ['post'] : ['post', '']).flatMap((stage) =>
            objecting({ [area]: [difference({ area, kind, class: each, stage })] }).length === 0
              ? [`${area} ${kind} ${each} after "${stage}"`]
              : [],
          ),
        ),
      ),
    )
    // A list that comes in another order is never of these classes: an order is no text, state or amount.
    expect(unseen).toEqual([])
  })

  test('every published change that is not proven harmless is objected to', () => {
    const keywords = [
      'property',
      'required',
      'resource',
      'send',
      'read',
      'body',
      'enum',
      'type',
      'maxLength',
      'readOnly',
      'anyOf',
    ]
    const unseen = keywords.flatMap((keyword) =>
      Direction.options.flatMap((direction) =>
        StructureChange.options.flatMap((change) =>
          StructureEffect.options
            .filter((effect) => effect !== 'compatible')
            .flatMap((effect) =>
              objecting({ structure: [published({ keyword, direction, change, effect })] }).length === 0
                ? [`${keyword} ${direction} ${change} ${effect}`]
                : [],
            ),
        ),
      ),
    )
    // Whole fields, records and requirements come and go; the comparison knows no other change of them.
    const impossible = (text: string) =>
      /^(property|required|resource|send|read|body) /.test(text) &&
      (/ (widened|narrowed|altered|unknown) /.test(text) || /^required (send removed|read added)/.test(text))
    expect(unseen.filter((text) => !impossible(text))).toEqual([])
  })

  test.each([
    ['a code that is gone', { kind: 'absent', pointer: '' }],
    ['a code that is new', { kind: 'extra', pointer: '' }],
    ['a field of a code', { kind: 'coerced', pointer: '/parent' }],
    ['a code that is blocked', { kind: 'changed-state', pointer: '/active', candidate: 'false' }],
    ['a code that is opened', { kind: 'changed-state', pointer: '/active', candidate: 'true' }],
  ] as const)('%s is objected to once', (_, over) => {
    expect(objecting({ values: [listed(over)] })).toHaveLength(1)
  })

  test('the areas of facts are those of differences', () => {
    expect(
      Object.keys(NOTHING)
        .filter(
          (area) => !['searches', 'renames', 'opinions', 'valueLists', 'copies', 'noise', 'inquiries'].includes(area),
        )
        .filter((area) => !['mapping', 'combinations'].includes(area))
        .sort(),
    ).toEqual([...Area.options].sort())
  })
})

describe('mirrored pairs', () => {
  const PAIRS: readonly (readonly [string, string])[] = [
    ['answer-guaranteed', 'answer-optional'],
    ['body-optional', 'body-required'],
    ['document-duplicated', 'document-lost'],
    ['field-added', 'field-removed'],
    ['field-optional', 'field-required'],
    ['inquiry-added', 'inquiry-lost'],
    ['invoice-newly-accepted', 'invoice-refused'],
    ['lookup-value-gained', 'lookup-value-lost'],
    ['read-narrowed', 'read-widened'],
    ['read-newly-accepted', 'read-refused'],
    ['record-added', 'record-removed'],
    ['request-added', 'request-lost'],
    ['send-narrowed', 'send-widened'],
    ['value-added', 'value-removed'],
    ['value-blocked', 'value-unblocked'],
    ['value-optional', 'value-required'],
  ]
  const GOOD = 'A connector that handles the failure is the passing fact.'
  const ANOTHER = 'One value in the place of another: seen from the other side it is the same change.'
  const MAPPING =
    'What the mapping can do besides is no break, and an ERP that takes more is told by what is published.'
  const ALONE: Readonly<Record<string, string>> = {
    'failure-altered': GOOD,
    'failure-doubled': GOOD,
    'failure-endless': GOOD,
    'failure-hurried': GOOD,
    'failure-misreported': GOOD,
    'failure-retried-blindly': GOOD,
    'failure-spread': GOOD,
    'failure-unexplained': GOOD,
    'failure-unreported': GOOD,
    'connector-failed': 'A connector that ran to its end is the passing fact.',
    'inquiry-changed': ANOTHER,
    'request-changed': 'Its messages tell what was dropped from what was added.',
    'result-changed': ANOTHER,
    'result-missing': 'A result of an invoice that was not given is of none that anybody waits for.',
    'result-untrue': 'There is one truth.',
    'secret-logged': 'A secret that is no longer logged harms nobody.',
    'combination-invalid':
      'A combination that comes to exist is told by the list, and by the invoice that is newly accepted.',
    'field-mapped-twice': 'A field that nothing is mapped to is told where the release requires it.',
    'mapped-field-removed': MAPPING,
    'mapped-field-retyped': ANOTHER,
    'mapped-value-removed': MAPPING,
    'mapped-value-too-long': MAPPING,
    'required-field-unmapped': 'A field that is required no longer may still be mapped.',
    'lookup-order-changed': 'An order that changes back is the same change.',
    'lookup-text-changed': ANOTHER,
    'lookup-value-changed': ANOTHER,
    'noise-unmatched': 'A rule that leaves something out is counted in the report.',
    'field-moved': ANOTHER,
    'field-renamed': ANOTHER,
    'record-renamed': ANOTHER,
    'refusal-changed': ANOTHER,
    'rule-changed': 'Nobody can tell in which direction the rule went.',
    'search-value-gone':
      'A literal that comes to exist was searched for in vain before; the look-up that finds it tells.',
    'second-opinion-other': 'Agreement is the passing case of the same check.',
    'stored-amount-changed': ANOTHER,
    'stored-amount-rounded': ANOTHER,
    'stored-coding-changed': ANOTHER,
    'stored-identity-changed': ANOTHER,
    'stored-order-changed': 'An order that changes back is the same change.',
    'stored-state-changed': ANOTHER,
    'stored-text-changed': ANOTHER,
    'value-altered': ANOTHER,
    'waiver-expired': 'A waiver that holds accepts its finding.',
    'waiver-self-approved': 'A waiver that two people signed accepts its finding.',
    'waiver-unused': 'A waiver whose finding is there accepts it.',
    'value-format-changed': 'Codes that are built as before again are the same change.',
    'value-renamed': ANOTHER,
  }

  test('every check has a mirror or a reason for having none, and neither list is stale', () => {
    const listedIds = [...PAIRS.flat(), ...Object.keys(ALONE)]
    expect([...listedIds].sort()).toEqual([...checks.keys()])
  })

  test('a check that is listed as alone has no check named as its opposite', () => {
    const opposites: readonly (readonly [string, string])[] = [
      ['added', 'removed'],
      ['blocked', 'unblocked'],
      ['narrowed', 'widened'],
      ['gained', 'lost'],
      ['required', 'optional'],
    ]
    const turned = (id: string) =>
      opposites.flatMap(([one, other]) => [
        id.replace(new RegExp(`\\b${one}$`), other),
        id.replace(new RegExp(`\\b${other}$`), one),
      ])
    expect(Object.keys(ALONE).filter((id) => turned(id).some((other) => other !== id && checks.has(other)))).toEqual([])
  })

  test.each(PAIRS)('%s and %s read the same areas and need the same of the ERP', (one, other) => {
    const [left, right] = [checks.get(one), checks.get(other)]
    expect([left?.requires, left?.needs]).toEqual([right?.requires, right?.needs])
  })

  test.each(PAIRS)('no fact makes both %s and %s object', (one, other) => {
    const both = ROWS.filter(({ objecting: named }) => named.includes(one) && named.includes(other))
    expect(both).toEqual([])
  })

  test('what is sent and what is read is told apart', () => {
    expect([...checks.keys()].filter((id) => id.startsWith('send-'))).toEqual(['send-narrowed', 'send-widened'])
    for (const id of ['send-narrowed', 'send-widened']) expect(checks.has(id.replace('send', 'read'))).toBe(true)
  })
})

describe.each([...checks])('%s', (id, check) => {
  test('has an id in kebab case, two titles, a why, and a remedy', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/)
    for (const text of [check.title, check.failureTitle, check.description, check.remedy])
      expect(text).toMatch(/^[A-Z].+\.$/)
    expect(check.title).not.toBe(check.failureTitle)
  })

  test('belongs to a change class that can be rolled back', () => {
    expect(Object.keys(CHANGE_CLASSES)).toContain(check.changeClass)
  })

  test('fills every placeholder of its messages, and depends on no invoice', () => {
    for (const { facts } of ROWS.filter(({ objecting: named }) => named.includes(id))) {
      for (const { messageId, args, differences } of check.run({ ...NOTHING, ...facts })) {
        const template = check.messages[messageId] ?? ''
        expect(template).not.toBe('')
        expect(differences.length).toBeGreaterThan(0)
        const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
        // The place of a whole record or value is the record itself, so only these may be filled with nothing.
        // `what` is the label and the name of the place; it is filled in for every message alike.
        const own = names.filter((name) => name !== 'what')
        const empty = own.filter((name) => args[name] === undefined || (args[name] === '' && name !== 'field'))
        expect(empty).toEqual([])
        if (names.includes('field')) expect(args.field).not.toBe('')
        expect(JSON.stringify(args)).not.toContain('RE-2026-0815')
      }
    }
  })

  test('finds one thing however many invoices show it, and names them all', () => {
    const row = ROWS.find(({ objecting: named }) => named.includes(id))
    const double = <Fact>(list: readonly Fact[] | undefined): readonly Fact[] => [...(list ?? []), ...(list ?? [])]
    const facts: Facts = {
      structure: double(row?.facts.structure),
      renames: double(row?.facts.renames),
      opinions: double(row?.facts.opinions),
      searches: double(row?.facts.searches),
      values: double(row?.facts.values),
      valueLists: double(row?.facts.valueLists),
      documents: double(row?.facts.documents),
      interactions: double(row?.facts.interactions),
      copies: double(row?.facts.copies),
      noise: double(row?.facts.noise),
      requests: double(row?.facts.requests),
      inquiries: double(row?.facts.inquiries),
      results: double(row?.facts.results),
      conduct: double(row?.facts.conduct),
      waivers: double(row?.facts.waivers),
      mapping: double(row?.facts.mapping),
      combinations: double(row?.facts.combinations),
    }
    const found = check.run(facts)
    expect(found.map(({ differences }) => differences.length)).toEqual([2])
  })

  test('reads no area but those it asks for', () => {
    const read = new Set<string>()
    const facts = new Proxy(NOTHING, {
      get: (target, area) => {
        read.add(String(area))
        return Reflect.get(target, area)
      },
    })
    check.run(facts)
    expect([...read].sort()).toEqual([...check.requires].sort())
  })
})
