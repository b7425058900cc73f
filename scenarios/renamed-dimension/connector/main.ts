// A client made to be recorded, and nothing more: it exports the approved invoices to the URL that it is given, as a
// connector would. Run with: BRYGGE_TOKEN=… node scenarios/renamed-dimension/connector/main.ts http://127.0.0.1:8091
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Invoice = {
  supplier: string
  reference: string
  date: string
  currency: string
  kind: string
  lines: { text: string; quantity: string; unitPrice: string; tax: string; account: string; department: string }[]
}

const [url = ''] = process.argv.slice(2)

async function call(method: string, path: string, body?: string): Promise<unknown> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.BRYGGE_TOKEN ?? ''}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return text === '' ? null : JSON.parse(text)
}

/** Amounts are written as they were approved and never pass through a float. */
function bodyOf({ supplier, reference, date, currency, kind, lines }: Invoice): string {
  const rows = lines.map(
    ({ text, quantity, unitPrice, tax, account, department }) =>
      `{"text":${JSON.stringify(text)},"quantity":${quantity},"unitPrice":${unitPrice},"taxCode":"${tax}","account":"${account}","department":"${department}"}`,
  )
  return `${JSON.stringify({ supplier, reference, date, currency, kind }).slice(0, -1)},"lines":[${rows.join(',')}]}`
}

await call('GET', '/me')
for (const path of ['/suppliers', '/accounts', '/dimension-values', '/tax-codes']) await call('GET', path)
const file = join(import.meta.dirname, '../invoices/approved-2026-11.json')
const invoices: Invoice[] = JSON.parse(readFileSync(file, 'utf8'))
for (const invoice of invoices) {
  const { supplier, reference } = invoice
  const found = (await call('GET', `/bills?${new URLSearchParams({ supplier, reference })}`)) as { data: unknown[] }
  if (found.data.length > 0) continue
  const { id } = (await call('POST', '/bills', bodyOf(invoice))) as { id?: string }
  if (id === undefined) continue
  await call('POST', `/bills/${id}/post`)
  await call('GET', `/bills/${id}`)
}
