import type { ApprovedInvoice, ApprovedLine } from './approved-invoice.ts'
import { equal, round } from './decimal.ts'
import { UnknownCode } from './lookup.ts'
import type { MasterData } from './master-data.ts'
import type { TrytonClient, WireDecimal } from './tryton-client.ts'
import { AnswerLost, RunAborted, TrytonError, toWireDate, toWireDecimal } from './tryton-client.ts'

const INVOICE = 'account.invoice'
const PAYABLES_ACCOUNT = '2100'
const DEPARTMENT = 'DEPT'
const PROJECT = 'PROJ'

/**
 * `unconfirmed`: somebody must look, because Tryton may hold the invoice and not as it should; `not-sent`: the run was cut off
 * before Tryton was given it.
 */
export type Status =
  | 'posted'
  | 'posted-with-difference'
  | 'voided'
  | 'held'
  | 'duplicate'
  | 'rejected'
  | 'unconfirmed'
  | 'not-sent'

export interface ExportResult {
  invoice: string
  status: Status
  erpId?: number
  number?: string
  message?: string
}

interface Draft {
  state: string
  currency_digits: number
  untaxed_amount: WireDecimal
  tax_amount: WireDecimal
  total_amount: WireDecimal
  lines: number[]
}

interface DraftLine {
  id: number
  quantity: number
  unit_price: WireDecimal
  amount: WireDecimal
  currency_digits: number
  unit_digits: number
}

interface PostedInvoice {
  number: string
  total_amount: WireDecimal
  move: number
  lines: number[]
  taxes: number[]
}

interface PostedLine {
  analytic_accounts: number[]
}

/** How often what writes is tried, with a look at Tryton after each answer that was lost. */
const TRIES = 2

/**
 * Exports one approved invoice. A refusal by Tryton is a result, not an exception: the run goes on with the next invoice.
 * When the connection is gone, `onAborted` is called, and the result says what Tryton may hold of this one.
 */
export async function exportInvoice(
  client: TrytonClient,
  master: MasterData,
  company: number,
  invoice: ApprovedInvoice,
  onAborted: (reason: string) => void,
): Promise<ExportResult> {
  let draft: number | undefined
  let kept: number | undefined
  let isUnsure = false
  try {
    const values = await invoiceValues(master, company, invoice)

    const similar = await findSimilar(client, values.party, invoice.reference)
    if (similar.length > 0 && invoice.duplicateConfirmed !== true) {
      const numbers = similar.map(({ id, number }) => number ?? `draft ${id}`).join(', ')
      return {
        invoice: invoice.id,
        status: 'duplicate',
        message: `${invoice.supplierCode} has sent this reference before: ${numbers}`,
      }
    }

    isUnsure = true
    const id = await createOnce(client, values, invoice.reference, new Set(similar.map((found) => found.id)))
    isUnsure = false
    draft = id

    const mismatch = await draftMismatch(client, invoice, id)
    if (mismatch !== undefined) {
      const left = await removeDraft(client, id)
      return { invoice: invoice.id, status: left === '' ? 'held' : 'unconfirmed', message: mismatch + left }
    }

    await moveTo(client, id, 'validate_invoice', ['validated', 'posted'])
    isUnsure = true
    await moveTo(client, id, 'post', ['posted', 'paid'])
    isUnsure = false
    draft = undefined
    kept = id
    const posted = await readPosted(client, id)
    if (invoice.void === true) {
      await cancel(client, id, posted.lines)
      return { invoice: invoice.id, status: 'voided', erpId: id, number: posted.number }
    }
    const total = posted.total_amount.decimal
    if (!equal(total, invoice.gross)) {
      const message = `Tryton posted ${total}, approved were ${invoice.gross}`
      return { invoice: invoice.id, status: 'posted-with-difference', erpId: id, number: posted.number, message }
    }
    return { invoice: invoice.id, status: 'posted', erpId: id, number: posted.number }
  } catch (error) {
    const isRefusal = error instanceof TrytonError || error instanceof UnknownCode
    if (!isRefusal && !(error instanceof RunAborted || error instanceof AnswerLost)) {
      throw error
    }
    if (error instanceof RunAborted) onAborted(error.message)
    const at = kept ?? draft
    const known = { invoice: invoice.id, ...(at === undefined ? {} : { erpId: at }) }
    if (kept !== undefined) {
      return { ...known, status: 'unconfirmed', message: `${error.message} (after it was posted)` }
    }
    if (!isRefusal) {
      const nothing = draft === undefined && !isUnsure
      return { ...known, status: nothing ? 'not-sent' : 'unconfirmed', message: error.message }
    }
    const left = draft === undefined ? '' : await removeDraft(client, draft)
    return { ...known, status: left === '' ? 'rejected' : 'unconfirmed', message: error.message + left }
  }
}

interface Similar {
  id: number
  number: string | null
}

function findSimilar(client: TrytonClient, party: number, reference: string): Promise<Similar[]> {
  return client.searchRead<Similar>(
    INVOICE,
    [
      ['type', '=', 'in'],
      ['party', '=', party],
      ['reference', '=', reference],
    ],
    ['number', 'state'],
  )
}

/** Creates the invoice, and looks for it in Tryton before it is sent again when the answer was lost. */
async function createOnce(
  client: TrytonClient,
  values: Awaited<ReturnType<typeof invoiceValues>>,
  reference: string,
  before: ReadonlySet<number>,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [id] = await client.call<number[]>(INVOICE, 'create', [values])
      if (id === undefined) {
        throw new TrytonError('Tryton created no invoice')
      }
      return id
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error
      const [found, ...more] = (await findSimilar(client, values.party, reference)).filter(({ id }) => !before.has(id))
      if (more.length > 0) throw error
      if (found !== undefined) return found.id
      if (attempt === TRIES) throw new TrytonError(`${error.message}, and Tryton does not hold the invoice`)
    }
  }
}

/** Moves the invoice to its next state, and reads its state before that is tried again when the answer was lost. */
async function moveTo(client: TrytonClient, id: number, method: string, done: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.call(INVOICE, method, [id])
      return
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error
      const [now] = await client.call<{ state: string }[]>(INVOICE, 'read', [id], ['state'])
      if (now !== undefined && done.includes(now.state)) return
      if (attempt === TRIES) throw error
    }
  }
}

async function invoiceValues(master: MasterData, company: number, invoice: ApprovedInvoice) {
  const { party, address } = await master.supplier(invoice.supplierCode)
  const paymentTerm = await master.paymentTerm(invoice.paymentTerm)
  const payables = await master.account(PAYABLES_ACCOUNT)
  const currency = master.currency(invoice.currency)
  const lines = []
  for (const line of invoice.lines) {
    lines.push(await lineValues(master, currency, line))
  }
  const accountingDate = master.accountingDate(invoice.invoiceDate)
  return {
    type: 'in',
    company,
    party,
    invoice_address: address,
    currency,
    journal: master.journal,
    account: payables,
    payment_term: paymentTerm,
    reference: invoice.reference,
    description: invoice.description,
    comment: invoice.comment,
    invoice_date: toWireDate(invoice.invoiceDate),
    ...(accountingDate === undefined ? {} : { accounting_date: toWireDate(accountingDate) }),
    lines: [['create', lines]],
  }
}

async function lineValues(master: MasterData, currency: number, line: ApprovedLine) {
  const account = await master.account(line.account)
  const tax = await master.tax(line.tax)
  const entries = [await master.dimensionValue(DEPARTMENT, line.department)]
  if (line.project !== undefined) {
    entries.push(await master.dimensionValue(PROJECT, line.project))
  }
  return {
    type: 'line',
    // Without it Tryton takes the company's currency and refuses an invoice in another one.
    currency,
    account,
    // The only amount that is a float in Tryton.
    quantity: Number(line.quantity),
    unit_price: toWireDecimal(line.unitPrice),
    description: line.text,
    taxes: [['add', [tax]]],
    analytic_accounts: [['create', entries]],
  }
}

/** What Tryton computed otherwise than accounts payable approved; nothing when they agree. */
async function draftMismatch(client: TrytonClient, invoice: ApprovedInvoice, id: number): Promise<string | undefined> {
  const [draft] = await client.call<Draft[]>(
    INVOICE,
    'read',
    [id],
    ['state', 'currency_digits', 'untaxed_amount', 'tax_amount', 'total_amount', 'lines'],
  )
  if (draft === undefined) {
    return `Tryton has lost draft ${id}`
  }
  const rows = await client.call<DraftLine[]>('account.invoice.line', 'read', draft.lines, [
    'quantity',
    'unit_price',
    'amount',
    'currency_digits',
    'unit_digits',
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const [index, line] of invoice.lines.entries()) {
    const row = byId.get(draft.lines[index] ?? -1)
    if (row === undefined) {
      return `line ${index + 1} is missing in Tryton`
    }
    const quantity = round(line.quantity, row.unit_digits)
    if (!equal(String(row.quantity), quantity)) {
      return `line ${index + 1}: Tryton has quantity ${row.quantity}, approved was ${quantity}`
    }
    const amount = round(line.net, row.currency_digits)
    if (!equal(row.amount.decimal, amount)) {
      return `line ${index + 1}: Tryton computes ${row.amount.decimal}, approved were ${amount}`
    }
  }
  // A Tryton draft has no tax yet, so its total is the net amount.
  const net = round(invoice.net, draft.currency_digits)
  if (!equal(draft.total_amount.decimal, net)) {
    return `Tryton computes a total of ${draft.total_amount.decimal} before tax, approved were ${net}`
  }
  return undefined
}

/** Reads back all that was posted, as evidence for the export log. */
async function readPosted(client: TrytonClient, id: number): Promise<PostedInvoice> {
  const [posted] = await client.call<PostedInvoice[]>(
    INVOICE,
    'read',
    [id],
    [
      'state',
      'number',
      'reference',
      'description',
      'party',
      'currency',
      'invoice_date',
      'accounting_date',
      'untaxed_amount',
      'tax_amount',
      'total_amount',
      'move',
      'lines',
      'taxes',
    ],
  )
  if (posted === undefined) {
    throw new TrytonError(`Tryton has lost posted invoice ${id}`)
  }
  const lines = await client.call<PostedLine[]>('account.invoice.line', 'read', posted.lines, [
    'account',
    'quantity',
    'unit_price',
    'amount',
    'description',
    'taxes',
    'analytic_accounts',
    'invoice_state',
  ])
  const entries = lines.flatMap((line) => line.analytic_accounts)
  await client.call('analytic.account.entry', 'read', entries, ['root', 'account'])
  await client.call('account.invoice.tax', 'read', posted.taxes, ['tax', 'base', 'amount'])
  await client.call('account.move', 'read', [posted.move], ['period', 'date', 'state'])
  return posted
}

async function cancel(client: TrytonClient, id: number, lines: readonly number[]): Promise<void> {
  await moveTo(client, id, 'cancel', ['cancelled', 'cancel'])
  await client.call(INVOICE, 'read', [id], ['state', 'cancel_move'])
  await client.call('account.invoice.line', 'read', lines, ['invoice_state'])
}

/** Deletes the draft of a refused invoice and tells, for the result's message, when Tryton keeps it. */
async function removeDraft(client: TrytonClient, id: number): Promise<string> {
  try {
    const [now] = await client.call<{ state: string }[]>(INVOICE, 'read', [id], ['state'])
    if (now?.state === 'validated') await client.call(INVOICE, 'draft', [id])
    await client.call(INVOICE, 'delete', [id])
    return ''
  } catch (error) {
    if (!(error instanceof TrytonError || error instanceof AnswerLost || error instanceof RunAborted)) {
      throw error
    }
    return ` (invoice ${id} stays in Tryton: ${error.message})`
  }
}
