// A client made to be recorded, and nothing more: it exports the approved invoices to the URL that it is given, as a
// connector would. Run with: NORVIK_TOKEN=… node scenarios/rest-ap/connector/main.ts http://127.0.0.1:8091
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Invoice = {
  supplier: string
  reference: string
  date: string
  currency: string
  terms: string
  method: string
  type: string
  lines: {
    text: string
    quantity: string
    unitPrice: string
    account: string
    tax: string
    costCenter?: string
    project?: string
  }[]
}

type Row = { id: string | number; code?: string; number?: string }

const [url = ''] = process.argv.slice(2)
const token = process.env.NORVIK_TOKEN ?? ''

async function call(method: string, path: string, body?: string): Promise<{ status: number; data: unknown }> {
  const response = await fetch(`${url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const answer: { data?: unknown } = text === '' ? {} : JSON.parse(text)
  return { status: response.status, data: answer.data }
}

async function list(path: string): Promise<Map<string, string | number>> {
  const { data } = await call('GET', path)
  const rows = Array.isArray(data) ? (data as Row[]) : []
  return new Map(rows.map((row) => [row.code ?? row.number ?? '', row.id]))
}

/** Amounts are written as they were approved and never pass through a float. */
function bodyOf(invoice: Invoice, supplierId: unknown, termsId: unknown): string {
  const lines = invoice.lines.map((line) => {
    const members = [
      `"description":${JSON.stringify(line.text)}`,
      `"quantity":${line.quantity}`,
      `"unitPrice":${line.unitPrice}`,
      `"account":${JSON.stringify(line.account)}`,
      `"taxCode":${JSON.stringify(line.tax)}`,
      ...(line.costCenter === undefined ? [] : [`"costCenter":${JSON.stringify(line.costCenter)}`]),
      ...(line.project === undefined ? [] : [`"projectCode":${JSON.stringify(line.project)}`]),
    ]
    return `{${members.join(',')}}`
  })
  const { type, reference, date, currency, method } = invoice
  const head = { type, supplierId, reference, billDate: date, currency, paymentTermsId: termsId, paymentMethod: method }
  return `${JSON.stringify(head).slice(0, -1)},"lines":[${lines.join(',')}]}`
}

await call('GET', '/me')
const suppliers = await list('/suppliers')
const terms = await list('/payment-terms')
for (const path of ['/gl-accounts', '/tax-codes', '/cost-centers?status=active', '/projects']) await list(path)

const invoices: Invoice[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../invoices/approved-2026-10.json'), 'utf8'),
)
for (const invoice of invoices) {
  const supplier = suppliers.get(invoice.supplier)
  const found = await call(
    'GET',
    `/bills?${new URLSearchParams({ supplier: String(supplier), reference: invoice.reference })}`,
  )
  if (Array.isArray(found.data) && found.data.length > 0) continue
  const created = await call('POST', '/bills', bodyOf(invoice, supplier, terms.get(invoice.terms)))
  const { id } = (created.data ?? {}) as { id?: string }
  if (id === undefined) continue
  await call('POST', `/bills/${id}/approve`)
  await call('GET', `/bills/${id}`)
}
