import { compareDecimals, roundTo, sum } from '../../../base/decimal.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, jsonNumber } from '../../../base/json.ts'
import type { Snapshot, StoredDocument } from '../../../model/snapshot.ts'
import type { Mutant } from '../../../ports/mutant.ts'
import { INVOICE } from '../operations.ts'
import {
  type Change,
  chained,
  created,
  everyOne,
  type Fits,
  finalOf,
  ledgerOf,
  linesOf,
  negated,
  oneInThirty,
  plus,
  recordsIn,
  results,
  textIn,
  throughout,
  withLedger,
  withLines,
  withMove,
  withTaxes,
} from './edits.ts'

const any: Fits = (invoice) => invoice.state === 'posted'
const credit: Fits = (invoice) => textIn(invoice.total_amount).startsWith('-')
const cancelled: Fits = (invoice) => invoice.state === 'cancelled'

/** Departments and projects are entries of a line; the root tells which is which. */
const entries = (line: JsonObject): readonly JsonObject[] => recordsIn(line.analytic_accounts)
const hasRoot = (line: JsonObject, root: string) => entries(line).some((entry) => entry.root === root)
const project: Fits = (invoice) => linesOf(invoice).some((line) => hasRoot(line, 'PROJ'))
const bothDimensions: Fits = (invoice) =>
  linesOf(invoice).some((line) => hasRoot(line, 'DEPT') && hasRoot(line, 'PROJ'))

/** A line without, or with another, entry under one root; the ledger follows the line. */
function recoded(invoice: JsonObject, root: string, to: (account: string) => string | undefined): JsonObject {
  const changed = withLines(invoice, (line) => ({
    ...line,
    analytic_accounts: entries(line).flatMap((entry) => {
      if (entry.root !== root) return [entry]
      const account = to(textIn(entry.account))
      return account === undefined ? [] : [{ ...entry, account }]
    }),
  }))
  const codes = new Set(
    linesOf(invoice)
      .flatMap(entries)
      .flatMap((entry) => (entry.root === root ? [entry.account] : [])),
  )
  return withLedger(changed, (line) => ({
    ...line,
    analytic_lines: recordsIn(line.analytic_lines).flatMap((analytic) => {
      if (!codes.has(analytic.account)) return [analytic]
      const account = to(textIn(analytic.account))
      return account === undefined ? [] : [{ ...analytic, account }]
    }),
  }))
}

/** Another account on every line that has the first, in invoice and ledger. */
function recharged(invoice: JsonObject, change: (account: string) => string): JsonObject {
  const moved = (line: JsonObject): JsonObject => ({ ...line, account: change(textIn(line.account)) })
  return withLedger(withLines(invoice, moved), moved)
}

/** Another total, in the header and in the journal line that is owed to the supplier. */
function owed(invoice: JsonObject, change: (amount: string) => string): JsonObject {
  const payable = invoice.account
  return withLedger({ ...invoice, total_amount: change(textIn(invoice.total_amount)) }, (line) =>
    line.account !== payable
      ? line
      : {
          ...line,
          credit: isZero(line.credit) ? (line.credit ?? null) : change(textIn(line.credit)),
          debit: isZero(line.debit) ? (line.debit ?? null) : change(textIn(line.debit)),
        },
  )
}

/** A line without its last one; the header is summed up again, or is not. */
function shortened(invoice: JsonObject, sumsUp: boolean): JsonObject {
  const last = linesOf(invoice).length - 1
  const lost = linesOf(invoice)[last]
  const shorter = withLedger(
    withLines(invoice, (line, index) => (index === last ? undefined : line)),
    (line) => (line.origin === `account.invoice.line @lines/${last}` ? undefined : line),
  )
  if (!sumsUp || lost === undefined) return shorter
  const less = negated(lost.amount)
  return {
    ...owed(shorter, (amount) => plus(amount, less)),
    untaxed_amount: plus(shorter.untaxed_amount, less),
    total_amount: plus(shorter.total_amount, less),
  }
}

/** The two first lines that are equal, by what was stored of them. */
function equalLines(invoice: JsonObject): readonly [number, number] | undefined {
  const lines = linesOf(invoice)
  const same = (left: JsonObject, right: JsonObject) =>
    ['account', 'amount', 'description', 'quantity', 'unit_price'].every(
      (field) => textIn(left[field]) === textIn(right[field]),
    )
  for (const [index, line] of lines.entries()) {
    const other = lines.findIndex((candidate, at) => at > index && same(line, candidate))
    if (other > 0) return [index, other]
  }
  return undefined
}

const text =
  (field: string, change: (value: string) => string): Change =>
  (invoice) => ({
    ...invoice,
    [field]: typeof invoice[field] === 'string' ? change(textIn(invoice[field])) : (invoice[field] ?? null),
  })

const holds =
  (field: string, test: (value: string) => boolean): Fits =>
  (invoice) =>
    test(textIn(invoice[field]))

const BEYOND_LATIN = /\p{Script=Greek}|\p{Script=Cyrillic}|\p{Script=Han}|\p{Script=Katakana}/u
const BEYOND_LATIN_ALL = new RegExp(BEYOND_LATIN, 'gu')

const isZero = (value: Json | undefined) => /^-?[0.]*$/.test(textIn(value))
const stays: Change = (invoice, after, before) => (after === 'post' ? (before ?? invoice) : invoice)
const inState =
  (...states: readonly string[]) =>
  (after: string) =>
    states.includes(after)

/** The same text, only its letters composed or taken apart. */
const changesBy = (form: 'NFC' | 'NFD') => (value: string) => value !== value.normalize(form)

function silent(id: string, does: string, shownBy: string, release: (snapshot: Snapshot) => Snapshot): Mutant {
  return { id, class: 'silent', does, shownBy, release }
}

/** The release says yes and stores something else. */
export const silentMutants: readonly Mutant[] = [
  silent(
    'department-dropped-on-one-invoice-in-thirty',
    'One invoice in thirty is stored without its departments.',
    'a line with a department',
    oneInThirty(any, (invoice) => recoded(invoice, 'DEPT', () => undefined)),
  ),
  silent(
    'department-dropped-on-credit-notes',
    'Credit notes are stored without their departments.',
    'a credit note with a department',
    everyOne(credit, (invoice) => recoded(invoice, 'DEPT', () => undefined)),
  ),
  silent(
    'project-dropped',
    'One invoice in thirty is stored without its projects.',
    'a line with a project',
    oneInThirty(project, (invoice) => recoded(invoice, 'PROJ', () => undefined)),
  ),
  silent(
    'department-defaulted',
    'One invoice in thirty gets the default department D10.',
    'a line with another department than D10',
    oneInThirty(
      (invoice) => linesOf(invoice).some((line) => hasRoot(line, 'DEPT') && entries(line)[0]?.account !== 'D10'),
      (invoice) => recoded(invoice, 'DEPT', () => 'D10'),
    ),
  ),
  silent(
    'department-and-project-swapped',
    'Department and project of a line change places.',
    'a line with department and project',
    oneInThirty(bothDimensions, (invoice) =>
      withLines(invoice, (line) => {
        const [first, second] = entries(line)
        if (first === undefined || second === undefined) return line
        return {
          ...line,
          analytic_accounts: [
            { ...first, account: second.account ?? null },
            { ...second, account: first.account ?? null },
          ],
        }
      }),
    ),
  ),
  silent(
    'analytic-lines-missing-in-the-ledger',
    'The invoice keeps its departments, and its journal entry has none.',
    'a posted line with a department',
    oneInThirty(any, (invoice) => withLedger(invoice, (line) => ({ ...line, analytic_lines: [] }))),
  ),
  silent(
    'analytic-amount-halved',
    'Half of the cost goes to the department, the rest to nobody.',
    'a posted line with a department',
    oneInThirty(any, (invoice) =>
      withLedger(invoice, (line) => ({
        ...line,
        analytic_lines: recordsIn(line.analytic_lines).map((analytic) => ({ ...analytic, debit: '0.01' })),
      })),
    ),
  ),
  silent(
    'account-defaulted',
    'Every line of one invoice in thirty is booked to the default account 2200.',
    'a line with another account than 2200',
    oneInThirty(any, (invoice) =>
      recharged(invoice, (account) => (account === textIn(invoice.account) ? account : '2200')),
    ),
  ),
  silent(
    'accounts-swapped-for-one-supplier',
    'Lines of supplier SUP-1005 on 5400 are booked to 5600, and the other way round.',
    'an invoice of supplier SUP-1005 on account 5400 or 5600',
    everyOne(
      (invoice) => invoice.party === 'SUP-1005',
      (invoice) =>
        recharged(invoice, (account) => (account === '5400' ? '5600' : account === '5600' ? '5400' : account)),
    ),
  ),
  silent(
    'account-of-two-lines-swapped',
    'Two lines of one invoice change their accounts; totals and hash total stay.',
    'an invoice whose first two lines have different accounts',
    oneInThirty(
      (invoice) => linesOf(invoice).length > 1 && linesOf(invoice)[0]?.account !== linesOf(invoice)[1]?.account,
      (invoice) =>
        withLines(invoice, (line, index, lines) =>
          index > 1 ? line : { ...line, account: lines[1 - index]?.account ?? null },
        ),
    ),
  ),
  silent(
    'payable-account-changed',
    'The supplier is owed on account 2200 and not on 2100.',
    'any posted invoice',
    oneInThirty(any, (invoice) => {
      const payable = textIn(invoice.account)
      return {
        ...withLedger(invoice, (line) => (line.account === payable ? { ...line, account: '2200' } : line)),
        account: '2200',
      }
    }),
  ),
  silent(
    'tax-account-changed',
    'Input tax is booked to account 2610 and not to 1700.',
    'an invoice with tax',
    oneInThirty(
      (invoice) => ledgerOf(invoice).some((line) => line.account === '1700'),
      (invoice) => withLedger(invoice, (line) => (line.account === '1700' ? { ...line, account: '2610' } : line)),
    ),
  ),
  silent(
    'total-off-by-a-cent',
    'The total of one invoice in thirty is a cent more than its lines.',
    'any posted invoice',
    oneInThirty(any, (invoice) => owed(invoice, (amount) => plus(amount, '0.01'))),
  ),
  silent(
    'total-rounded-to-units',
    'The total is rounded to whole units of the currency.',
    'an invoice whose total has cents',
    oneInThirty(
      (invoice) => !/^-?\d+(\.0+)?$/.test(textIn(invoice.total_amount)),
      (invoice) => owed(invoice, (amount) => roundTo(amount, 0, 'half-up')),
    ),
  ),
  silent(
    'tax-rounded-otherwise',
    'Tax is a cent less where it is rounded.',
    'an invoice with tax',
    oneInThirty(
      (invoice) => !isZero(invoice.tax_amount),
      (invoice, after) =>
        isZero(invoice.tax_amount)
          ? invoice
          : after === 'create'
            ? invoice
            : {
                ...withTaxes(invoice, (tax, index) =>
                  index === 0 ? { ...tax, amount: plus(tax.amount, '-0.01') } : tax,
                ),
                tax_amount: plus(invoice.tax_amount, '-0.01'),
                total_amount: plus(invoice.total_amount, '-0.01'),
              },
    ),
  ),
  silent(
    'tax-base-changed',
    'The tax line says another base; the tax is right.',
    'an invoice with tax',
    oneInThirty(
      (invoice) => recordsIn(invoice.taxes).length > 0,
      (invoice) => withTaxes(invoice, (tax) => ({ ...tax, base: plus(tax.base, '100.00') })),
    ),
  ),
  silent(
    'tax-code-dropped',
    'A line loses its tax code; the header keeps the tax.',
    'a line with a tax code',
    oneInThirty(any, (invoice) => withLines(invoice, (line, index) => (index === 0 ? { ...line, taxes: [] } : line))),
  ),
  silent(
    'tax-code-replaced',
    'VAT12 is stored as VAT6, with the same amount.',
    'a line with tax code VAT12',
    oneInThirty(
      (invoice) => linesOf(invoice).some((line) => JSON.stringify(line.taxes).includes('VAT12')),
      (invoice) => throughout(invoice, (value) => (value === 'VAT12' ? 'VAT6' : value)),
    ),
  ),
  silent(
    'reverse-charge-lost',
    'Reverse charge is stored as zero tax: nothing is declared.',
    'a line with reverse charge',
    everyOne(
      (invoice) => linesOf(invoice).some((line) => JSON.stringify(line.taxes).includes('REV')),
      (invoice) => ({
        ...withLines(invoice, (line) => ({ ...line, taxes: ['VAT0'] })),
        taxes: [],
      }),
    ),
  ),
  silent(
    'line-amount-rounded-half-up',
    'The amount of one line is a cent more than before.',
    'any line',
    oneInThirty(any, (invoice) =>
      withLines(invoice, (line, index) => (index === 0 ? { ...line, amount: plus(line.amount, '0.01') } : line)),
    ),
  ),
  silent(
    'unit-price-cut-to-two-digits',
    'Unit prices keep two digits after the point; amounts stay.',
    'a unit price with more than two digits after the point',
    everyOne(
      (invoice) => linesOf(invoice).some((line) => /\.\d{3}/.test(textIn(line.unit_price))),
      (invoice) =>
        withLines(invoice, (line) => ({ ...line, unit_price: textIn(line.unit_price).replace(/(\.\d\d)\d+/, '$1') })),
    ),
  ),
  silent(
    'quantity-cut-to-whole-units',
    'Quantities lose what stands after the point; amounts stay.',
    'a quantity that is no whole number',
    everyOne(
      (invoice) => linesOf(invoice).some((line) => /\.\d*[1-9]/.test(textIn(line.quantity))),
      (invoice) =>
        withLines(invoice, (line) => ({ ...line, quantity: jsonNumber(textIn(line.quantity).replace(/\..*/, '')) })),
    ),
  ),
  silent(
    'large-amounts-through-a-float',
    'Amounts above a million lose their cents, as in a 32-bit float.',
    'an invoice above 1,000,000.00',
    everyOne(
      (invoice) => compareDecimals(textIn(invoice.total_amount) || '0', '1000000') > 0,
      (invoice) =>
        throughout(invoice, (value) => (/^-?\d{7,}\.\d+$/.test(value) ? Math.fround(Number(value)).toFixed(2) : value)),
    ),
  ),
  silent(
    'last-of-three-lines-lost',
    'The last of three lines is lost, and the header is summed up without it.',
    'an invoice with three lines',
    oneInThirty(
      (invoice) => linesOf(invoice).length === 3,
      (invoice) => shortened(invoice, true),
    ),
  ),
  silent(
    'last-line-lost-and-total-kept',
    'The last line is lost, and the header keeps the total.',
    'an invoice with several lines',
    oneInThirty(
      (invoice) => linesOf(invoice).length > 1,
      (invoice) => shortened(invoice, false),
    ),
  ),
  silent(
    'one-of-two-equal-lines-lost',
    'Of two equal lines one is kept.',
    'an invoice with two equal lines',
    oneInThirty(
      (invoice) => equalLines(invoice) !== undefined,
      (invoice) => {
        const second = equalLines(invoice)?.[1]
        return withLines(invoice, (line, index) => (index === second ? undefined : line))
      },
    ),
  ),
  silent(
    'equal-lines-merged',
    'Two equal lines become one of twice the quantity and amount.',
    'an invoice with two equal lines',
    oneInThirty(
      (invoice) => equalLines(invoice) !== undefined,
      (invoice) => {
        const [first, second] = equalLines(invoice) ?? []
        return withLines(invoice, (line, index) =>
          index === second
            ? undefined
            : index === first
              ? {
                  ...line,
                  amount: sum([textIn(line.amount), textIn(line.amount)]),
                  quantity: jsonNumber(sum([textIn(line.quantity), textIn(line.quantity)])),
                }
              : line,
        )
      },
    ),
  ),
  silent(
    'line-stored-twice',
    'The last line of one invoice in thirty is stored twice; the header is right.',
    'any line',
    oneInThirty(any, (invoice) => ({ ...invoice, lines: [...linesOf(invoice), ...linesOf(invoice).slice(-1)] })),
  ),
  silent(
    'discount-line-lost',
    'A line with a negative quantity is lost, and the header keeps the total.',
    'an invoice with a discount line',
    oneInThirty(
      (invoice) => !credit(invoice, NOTHING) && linesOf(invoice).some((line) => textIn(line.quantity).startsWith('-')),
      (invoice) => withLines(invoice, (line) => (textIn(line.quantity).startsWith('-') ? undefined : line)),
    ),
  ),
  silent(
    'free-line-lost',
    'A line without a price is lost.',
    'a line whose unit price is zero',
    oneInThirty(
      (invoice) => linesOf(invoice).some((line) => isZero(line.unit_price)),
      (invoice) => withLines(invoice, (line) => (isZero(line.unit_price) ? undefined : line)),
    ),
  ),
  silent(
    'credit-note-sign-flipped',
    'Credit notes are stored as invoices: every amount has the other sign.',
    'a credit note',
    everyOne(credit, (invoice) => ({
      ...withLines(invoice, (line) => ({
        ...line,
        quantity: isJsonNumber(line.quantity) ? jsonNumber(negated(line.quantity)) : (line.quantity ?? null),
        amount: negated(line.amount),
      })),
      untaxed_amount: negated(invoice.untaxed_amount),
      tax_amount: negated(invoice.tax_amount),
      total_amount: negated(invoice.total_amount),
    })),
  ),
  silent(
    'debit-and-credit-swapped',
    'The journal entry of one invoice in thirty has debits and credits the wrong way round.',
    'any posted invoice',
    oneInThirty(any, (invoice) =>
      withLedger(invoice, (line) => ({ ...line, debit: line.credit ?? null, credit: line.debit ?? null })),
    ),
  ),
  silent(
    'journal-line-lost',
    'The journal entry of one invoice in thirty lacks its tax line.',
    'an invoice with tax',
    oneInThirty(
      (invoice) => ledgerOf(invoice).some((line) => line.account === '1700'),
      (invoice) => withLedger(invoice, (line) => (line.account === '1700' ? undefined : line)),
    ),
  ),
  silent(
    'journal-entry-missing',
    'The invoice says that it is posted and has no journal entry.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, move: null })),
  ),
  silent(
    'journal-entry-left-in-draft',
    'The invoice is posted and its journal entry is not.',
    'any posted invoice',
    oneInThirty(any, (invoice, after) =>
      inState('post')(after) ? withMove(invoice, (move) => ({ ...move, state: 'draft' })) : invoice,
    ),
  ),
  silent(
    'left-in-draft',
    'Posting is answered with success and one invoice in thirty stays as it was.',
    'any posted invoice',
    oneInThirty(any, stays),
  ),
  silent(
    'cancel-does-nothing',
    'Cancelling is answered with success and the invoice stays posted.',
    'an invoice that is cancelled after it was posted',
    everyOne(cancelled, (invoice, after, before) => (after === 'cancel' ? (before ?? invoice) : invoice)),
  ),
  silent(
    'number-not-assigned',
    'A posted invoice gets no number.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, number: null })),
  ),
  silent(
    'booked-in-another-period',
    'One invoice in thirty is booked in the period after its own.',
    'any posted invoice',
    oneInThirty(any, (invoice) => withMove(invoice, (move) => ({ ...move, period: '2026-12' }))),
  ),
  silent(
    'booked-a-day-later',
    'The journal entry is dated a day after the invoice.',
    'any posted invoice',
    oneInThirty(any, (invoice) => withMove(invoice, (move) => ({ ...move, date: nextDay(textIn(move.date)) }))),
  ),
  silent(
    'invoice-date-shifted',
    'The invoice date is stored a day off, as by a time zone.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, invoice_date: nextDay(textIn(invoice.invoice_date)) })),
  ),
  silent(
    'accounting-date-dropped',
    'The accounting date of a late invoice is lost.',
    'an invoice that arrived after its period was closed',
    everyOne(
      (invoice) => typeof invoice.accounting_date === 'string',
      (invoice) => ({ ...invoice, accounting_date: null }),
    ),
  ),
  silent(
    'due-date-missing',
    'What is owed has no due date, so it is never paid.',
    'any posted invoice',
    oneInThirty(any, (invoice) => withLedger(invoice, (line) => ({ ...line, maturity_date: null }))),
  ),
  silent(
    'due-date-moved',
    'What is owed is due a day later.',
    'any posted invoice',
    oneInThirty(any, (invoice) =>
      withLedger(invoice, (line) =>
        typeof line.maturity_date === 'string' ? { ...line, maturity_date: nextDay(line.maturity_date) } : line,
      ),
    ),
  ),
  silent(
    'payment-term-defaulted',
    'NET14 is stored as NET30.',
    'an invoice with payment term NET14',
    everyOne(
      (invoice) => invoice.payment_term === 'NET14',
      (invoice) => ({ ...invoice, payment_term: 'NET30' }),
    ),
  ),
  silent(
    'currency-replaced',
    'Invoices in USD are stored in EUR, with the same amounts.',
    'an invoice in USD',
    everyOne(
      (invoice) => invoice.currency === 'USD',
      (invoice) => throughout(invoice, (value) => (value === 'USD' ? 'EUR' : value)),
    ),
  ),
  silent(
    'company-replaced',
    'One invoice in thirty is stored for another company.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, company: 'Halden Energi A/S' })),
  ),
  silent(
    'supplier-replaced',
    'One invoice in thirty is owed to supplier SUP-1001.',
    'an invoice of another supplier than SUP-1001',
    oneInThirty(
      (invoice, document) => any(invoice, document) && invoice.party !== 'SUP-1001',
      (invoice) => ({ ...invoice, party: 'SUP-1001' }),
    ),
  ),
  silent(
    'supplier-address-dropped',
    'The address of the supplier is lost.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, invoice_address: null })),
  ),
  silent(
    'journal-replaced',
    'One invoice in thirty is stored in the general journal.',
    'any posted invoice',
    oneInThirty(any, (invoice) => ({ ...invoice, journal: 'STO' })),
  ),
  silent(
    'reference-truncated',
    'References keep twelve characters.',
    'a reference of more than twelve characters',
    everyOne(
      holds('reference', (value) => value.trimEnd().length > 12),
      text('reference', (value) => value.slice(0, 12)),
    ),
  ),
  silent(
    'long-reference-truncated',
    'References keep thirty characters.',
    'a reference of more than thirty characters',
    everyOne(
      holds('reference', (value) => value.trimEnd().length > 30),
      text('reference', (value) => value.slice(0, 30)),
    ),
  ),
  silent(
    'reference-lower-cased',
    'References are stored in small letters.',
    'a reference with capital letters',
    oneInThirty(
      holds('reference', (value) => value !== value.toLowerCase()),
      text('reference', (value) => value.toLowerCase()),
    ),
  ),
  silent(
    'reference-read-as-a-number',
    'A reference of digits comes back as a number with a fraction, as from a spreadsheet.',
    'a reference that is all digits',
    everyOne(
      holds('reference', (value) => /^\d+$/.test(value)),
      text('reference', (value) => `${value}.0`),
    ),
  ),
  silent(
    'leading-zeros-of-a-reference-lost',
    'A reference loses its leading zeros.',
    'a reference that begins with a zero',
    everyOne(
      holds('reference', (value) => /^0/.test(value)),
      text('reference', (value) => value.replace(/^0+/, '')),
    ),
  ),
  silent(
    'reference-trimmed',
    'White space around a reference is removed.',
    'a reference with white space around it',
    everyOne(
      holds('reference', (value) => value !== value.trim()),
      text('reference', (value) => value.trim()),
    ),
  ),
  silent(
    'text-trimmed',
    'White space around a description is removed.',
    'a description with white space around it',
    everyOne(
      holds('description', (value) => value !== value.trim()),
      text('description', (value) => value.trim()),
    ),
  ),
  silent(
    'reference-taken-apart',
    'Letters of a reference are stored as base letter and accent (NFD).',
    'a reference with an accented letter',
    everyOne(
      holds('reference', changesBy('NFD')),
      text('reference', (value) => value.normalize('NFD')),
    ),
  ),
  silent(
    'text-taken-apart',
    'Letters of a description are stored as base letter and accent (NFD).',
    'a description with an accented letter',
    oneInThirty(
      holds('description', changesBy('NFD')),
      text('description', (value) => value.normalize('NFD')),
    ),
  ),
  silent(
    'text-composed',
    'Letters that were sent as base letter and accent are stored composed (NFC).',
    'a description with an accent of its own, as a Mac writes file names',
    everyOne(
      holds('description', changesBy('NFC')),
      text('description', (value) => value.normalize('NFC')),
    ),
  ),
  silent(
    'letters-beyond-latin-lost',
    'Letters that Latin-1 does not have become question marks.',
    'a comment in Greek, Cyrillic or Japanese letters',
    everyOne(
      holds('comment', (value) => BEYOND_LATIN.test(value)),
      text('comment', (value) => value.replaceAll(BEYOND_LATIN_ALL, '?')),
    ),
  ),
  silent(
    'description-truncated',
    'Descriptions keep twenty characters.',
    'a description of more than twenty characters',
    oneInThirty(
      holds('description', (value) => value.length > 20),
      text('description', (value) => value.slice(0, 20)),
    ),
  ),
  silent(
    'comment-dropped',
    'Comments are lost.',
    'an invoice with a comment',
    oneInThirty(
      holds('comment', (value) => value !== ''),
      text('comment', () => ''),
    ),
  ),
  {
    id: 'stored-amount-missing',
    class: 'silent',
    does: 'A stored invoice has no total any more, though the schema publishes one; the connector still sees it.',
    shownBy: 'any invoice',
    wire: results((call, result) =>
      call.method === `model.${INVOICE}.read` && !isOfConnector(call.params[1]) && isJsonArray(result)
        ? result.map((row) => {
            if (!isJsonObject(row)) return row
            const { total_amount: _, ...rest } = row
            return rest
          })
        : result,
    ),
  },
  {
    id: 'answer-lacks-a-member',
    class: 'silent',
    does: 'The answer to the connector leaves the tax amount out.',
    shownBy: 'an invoice whose tax amount the connector reads back',
    wire: results((call, result) =>
      call.method === `model.${INVOICE}.read` && isOfConnector(call.params[1]) && isJsonArray(result)
        ? result.map((row) => {
            if (!isJsonObject(row)) return row
            const { tax_amount: _, ...rest } = row
            return rest
          })
        : result,
    ),
  },
  {
    id: 'answer-is-stale',
    class: 'silent',
    does: 'The answer to the connector still says draft after posting; the document is posted.',
    shownBy: 'an invoice that the connector reads after posting',
    wire: results((call, result) =>
      call.method === `model.${INVOICE}.read` && isOfConnector(call.params[1]) && isJsonArray(result)
        ? result.map((row) => (isJsonObject(row) && row.state === 'posted' ? { ...row, state: 'draft' } : row))
        : result,
    ),
  },
  {
    id: 'answer-lacks-a-line',
    class: 'silent',
    does: 'The answer to the connector names one line less than the invoice has.',
    shownBy: 'an invoice with several lines that the connector reads back',
    wire: results((call, result) =>
      call.method === `model.${INVOICE}.read` && isOfConnector(call.params[1]) && isJsonArray(result)
        ? result.map((row) =>
            isJsonObject(row) && isJsonArray(row.lines) && row.lines.length > 2
              ? { ...row, lines: row.lines.slice(0, -1) }
              : row,
          )
        : result,
    ),
  },
  {
    id: 'document-stored-twice',
    class: 'silent',
    does: 'One invoice is stored twice; the connector is told of one of them.',
    shownBy: 'any invoice',
    release: (snapshot) => {
      const twin = snapshot.documents.find((document) => any(finalOf(document), document))
      return twin === undefined ? snapshot : { ...snapshot, documents: [...snapshot.documents, twin] }
    },
    wire: (virtual, acted) => {
      let done = false
      return {
        unrecorded: () => virtual.unrecorded(),
        handle: (request) => {
          const answer = virtual.handle(request)
          const body = request.body
          if (done || body === undefined || !('json' in body) || !isJsonObject(body.json)) return answer
          const { method, params } = body.json
          if (typeof method !== 'string' || !isJsonArray(params)) return answer
          if (created({ method, params }, INVOICE) === undefined) return answer
          done = true
          acted()
          virtual.handle(request)
          return answer
        },
      }
    },
  },
  {
    id: 'document-gone-afterwards',
    class: 'silent',
    does: 'One invoice can be read by its id and is found by nobody who searches for it.',
    shownBy: 'any invoice',
    wire: results((call, result) =>
      call.method === `model.${INVOICE}.search` && isJsonArray(result) && result.length > 0 ? [] : result,
    ),
  },
  silent(
    'draft-amounts-wrong',
    'The total is wrong until the invoice is validated, while people approve it.',
    'any posted invoice',
    oneInThirty(any, (invoice, after) =>
      after === 'create' ? { ...invoice, total_amount: plus(invoice.total_amount, '10.00') } : invoice,
    ),
  ),
  silent(
    'several-at-once',
    'One invoice in thirty loses its department and a cent of its total.',
    'any posted invoice',
    chained(
      oneInThirty(any, (invoice) => recoded(invoice, 'DEPT', () => undefined)),
      oneInThirty(any, (invoice) => owed(invoice, (amount) => plus(amount, '-0.01'))),
    ),
  ),
]

const NOTHING: StoredDocument = { key: '', sent: null, stages: [] }

/** The gate reads whole documents; a connector reads some fields. */
function isOfConnector(fields: Json | undefined): boolean {
  return isJsonArray(fields) && fields.length < 20
}

function nextDay(date: string): string {
  const day = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(day.getTime())) return date
  day.setUTCDate(day.getUTCDate() + 1)
  return day.toISOString().slice(0, 10)
}
