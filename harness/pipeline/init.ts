import { randomBytes } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJson, toJson } from '../base/json.ts'
import { type Discovery, discover } from '../discover/discover.ts'
import { draftOf, suggestedId } from '../discover/draft.ts'
import { authOf, scheduleOf } from '../discover/traffic.ts'
import type { Interaction } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Wire } from '../ports/wire.ts'
import { sanitize } from '../record/sanitize.ts'
import { findSecrets } from '../record/secrets.ts'
import { originOf, readTraffic, type Traffic } from './import.ts'
import { loadPlugIns } from './registry.ts'
import { shown } from './scenario.ts'

export type InitOptions = Readonly<{
  /** File with recorded traffic, in any format that can be imported. */
  from: string
  /** Folder with approved invoices as JSON, or one such file. */
  invoices?: string
  /** Folder to make; named after the product unless given. */
  out?: string
  /** Where the ERP answered, when the file holds traffic to others too. */
  upstream?: string
}>

export type InitResult = Readonly<{ folder: string; files: readonly string[]; discovery: Discovery }>

/**
 * Drafts the description of an integration from its traffic, in a folder that does not exist yet. Throws `usage` when it does:
 * what a person wrote is never overwritten.
 */
export async function initFromTraffic(options: InitOptions): Promise<InitResult> {
  if (options.out !== undefined) await refuseExisting(options.out)
  const traffic = await readTraffic(options.from, options.upstream)
  const invoices = options.invoices === undefined ? [] : await readInvoices(options.invoices)
  const wires = await loadPlugIns('wires')
  const clean = await sanitized(traffic, invoices, wires)
  const discovery = discover(clean.interactions, { wires, urls: traffic.urls, invoices: clean.invoices })
  const folder = options.out ?? join('scenarios', suggestedId(discovery))
  await refuseExisting(folder)
  const origin = traffic.urls.map(originOf).find((each) => each !== '')
  const release = traffic.stored?.header.erp.release ?? discovery.product.release
  // The scheme stands in a header that the sanitizer removes whole, so it is read from the traffic as it was.
  const auth = discovery.product.auth ?? authOf(traffic.interactions)
  const schedule = scheduleOf(traffic.startedAt)
  const draft = draftOf(discovery, {
    id: basename(folder),
    from: basename(options.from),
    ...(origin === undefined ? {} : { origin }),
    ...(traffic.stored === undefined ? {} : { connector: traffic.stored.header.connector }),
    ...(release === undefined ? {} : { release }),
    ...(auth === undefined ? {} : { auth }),
    ...(schedule === undefined ? {} : { schedule }),
  })
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const [name, text] of Object.entries(draft)) {
    await writeTextFile(join(folder, name), text)
    files.push(join(folder, name))
  }
  return { folder, files, discovery }
}

async function refuseExisting(folder: string): Promise<void> {
  if (!(await exists(folder))) return
  throw new GateError('usage', `${shown(folder)} exists already, and nothing in it is overwritten.`, {
    hint: 'Name a new folder with --out, and move over what you want of it.',
  })
}

/** Approved invoices of every JSON file of a folder: one invoice, a list of them, or an object that holds the list. */
async function readInvoices(path: string): Promise<readonly JsonObject[]> {
  const hint = 'Name a folder with approved invoices as JSON, such as scenarios/tryton-ap/invoices.'
  const found = await stat(path).catch((cause: unknown) => {
    throw new GateError('file-missing', `${shown(path)} cannot be read.`, { hint, cause })
  })
  const names = found.isDirectory() ? (await readdir(path)).filter((name) => name.endsWith('.json')).sort() : ['']
  const invoices: JsonObject[] = []
  for (const name of names) {
    const file = join(path, name)
    let json: Json
    try {
      json = parseJson(await readTextFile(file, hint))
    } catch (cause) {
      if (cause instanceof GateError) throw cause
      throw new GateError('json-invalid', `${shown(file)} is no JSON (${messageOf(cause)}).`, { hint, cause })
    }
    const list = isJsonObject(json) ? (Object.values(json).find(isRecords) ?? [json]) : json
    if (isJsonArray(list)) invoices.push(...list.filter(isJsonObject))
  }
  if (invoices.length > 0) return invoices
  throw new GateError('file-missing', `${shown(path)} holds no approved invoice.`, { hint })
}

/** A list of documents; the lines of one invoice are told from it by their being beside its scalars. */
function isRecords(value: Json, _: number, members: readonly Json[]): boolean {
  return members.length === 1 && isJsonArray(value) && value.length > 0 && value.every(isJsonObject)
}

/**
 * The traffic and the approved invoices without secrets and personal data. Both are sanitized together, so that a value
 * that stands in both is the same pseudonym in both and is still found. What was sanitized before stays as it is.
 */
async function sanitized(
  traffic: Traffic,
  invoices: readonly JsonObject[],
  wires: ReadonlyMap<string, Wire>,
): Promise<Readonly<{ interactions: readonly Interaction[]; invoices: readonly JsonObject[] }>> {
  const adapters = [...(await loadPlugIns('erps')).values()]
  const approved: Interaction = {
    seq: 0,
    request: { method: 'POST', path: '/', query: '', headers: {}, body: { json: toJson(invoices) } },
    response: { status: 200, headers: {} },
    durationMs: 0,
  }
  const captured = traffic.stored === undefined ? [...traffic.interactions, approved] : [approved]
  const { interactions } = sanitize(
    {
      header: {
        format: 'erp-change-gate/recording',
        version: 1,
        integration: 'draft',
        erp: { product: 'draft', release: '0' },
        connector: { name: 'draft', release: '0' },
        recordedAt: '1970-01-01T00:00:00Z',
      },
      interactions: captured,
    },
    {
      fields: [],
      key: process.env.CHANGE_GATE_PSEUDONYM_KEY ?? randomBytes(32).toString('hex'),
      secretsOf: secretsOf(adapters, [...wires.values()]),
      found: await findSecrets(captured),
    },
  )
  const body = interactions.at(-1)?.request.body
  const clean = body !== undefined && 'json' in body && isJsonArray(body.json) ? body.json.filter(isJsonObject) : []
  return {
    interactions: traffic.stored === undefined ? interactions.slice(0, -1) : traffic.interactions,
    invoices: clean,
  }
}

/** Where secrets are in the bodies of any protocol: which one it is, is not known before it is read. */
function secretsOf(adapters: readonly ErpAdapter[], wires: readonly Wire[]): ErpAdapter['secretsOf'] {
  return (request, response) => {
    const found = adapters.map((adapter) => adapter.secretsOf(request, response))
    const interaction: Interaction = { seq: 0, request, response, durationMs: 0 }
    const more = wires.flatMap((wire) => (wire.recognizes(interaction) ? (wire.secretsOf?.(interaction) ?? []) : []))
    return {
      request: [...found.flatMap((places) => places.request), ...more],
      response: found.flatMap((places) => places.response),
      headers: found.flatMap((places) => places.headers ?? []),
    }
  }
}
