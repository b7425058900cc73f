import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ApprovedInvoice } from './approved-invoice.ts'
import type { ExportResult } from './export-invoice.ts'
import { exportInvoice } from './export-invoice.ts'
import { MasterData } from './master-data.ts'
import { TrytonClient } from './tryton-client.ts'

const USAGE = `usage: node main.ts --url URL --database NAME --invoices FILE --results FILE
The environment variables TRYTON_USER and TRYTON_PASSWORD name the user.`

interface Settings {
  url: string
  database: string
  invoices: string
  results: string
  user: string
  password: string
}

function readSettings(): Settings | undefined {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      database: { type: 'string' },
      invoices: { type: 'string' },
      results: { type: 'string' },
    },
  })
  const { url, database, invoices, results } = values
  const { TRYTON_USER: user, TRYTON_PASSWORD: password } = process.env
  return url && database && invoices && results && user && password
    ? { url, database, invoices, results, user, password }
    : undefined
}

/** Exports every invoice until the connection is gone. Returns why it stopped, `undefined` when it came to the end. */
async function exportAll(
  { url, database, user, password }: Settings,
  approved: readonly ApprovedInvoice[],
  results: ExportResult[],
): Promise<string | undefined> {
  const client = new TrytonClient(url, database)
  console.log(`Tryton ${await client.serverVersion()} at ${url}`)
  const { company } = await client.login(user, password)
  const master = await MasterData.fetch(client)
  let aborted: string | undefined
  for (const invoice of approved) {
    const result = await exportInvoice(client, master, company, invoice, (reason) => {
      aborted = reason
    })
    results.push(result)
    console.log(`${result.invoice} ${result.status} ${result.number ?? ''} ${result.message ?? ''}`.trimEnd())
    if (aborted !== undefined) return aborted
  }
  return undefined
}

const settings = readSettings()
if (settings === undefined) {
  console.error(USAGE)
  process.exitCode = 1
} else {
  const approved: ApprovedInvoice[] = JSON.parse(await readFile(settings.invoices, 'utf8'))
  const results: ExportResult[] = []
  let aborted: string | undefined
  try {
    aborted = await exportAll(settings, approved, results)
  } catch (error) {
    aborted = error instanceof Error ? error.message : String(error)
  }
  if (aborted !== undefined) {
    console.error(`export aborted after ${results.length} invoices: ${aborted}`)
    process.exitCode = 1
    // What was not come to is reported too: an invoice of which nothing is said is taken for exported.
    for (const { id } of approved.slice(results.length)) {
      results.push({ invoice: id, status: 'not-sent', message: `the run was aborted: ${aborted}` })
    }
  }
  // Written also after an abort: what has been posted must be known before anybody starts the export again.
  await writeFile(settings.results, `${JSON.stringify(results, null, 2)}\n`)
}
