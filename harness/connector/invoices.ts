import { readFile } from 'node:fs/promises'
import { GateError } from '../base/errors.ts'
import { isJsonArray, isJsonNumber, type Json, parseJson } from '../base/json.ts'
import { valueAt, withValues } from '../base/pointer.ts'
import type { ConnectorRun } from '../model/connector.ts'

/** An approved invoice that the connector is given. */
export type GivenInvoice = Readonly<{
  /** The id by which the connector reports it. */
  id: string
  /** Key by which it is known to the ERP and in the recording. */
  key: string
  content: Json
}>

/** The approved invoices, and the file with any part of them. */
export type GivenInvoices = Readonly<{
  all: readonly GivenInvoice[]
  /** The file as the connector reads it, with these invoices alone. */
  fileWith: (invoices: readonly GivenInvoice[]) => Json
}>

/** Reads the approved invoices. Throws `file-missing` or `json-invalid` with what is wrong. */
export async function readInvoices(file: string, where: ConnectorRun['invoices']): Promise<GivenInvoices> {
  const whole = parsed(await textOf(file), file)
  const list = valueAt(whole, where.at)
  if (!isJsonArray(list) || list.length === 0) {
    throw invalid(file, `has no list of invoices at "${where.at}"`, 'invoices.at')
  }
  const occurrences = new Map<string, number>()
  const ids = new Set<string>()
  const all = list.map((content, index): GivenInvoice => {
    const [id, supplier, reference] = [where.id, where.supplier, where.reference].map((pointer) => {
      const value = scalarAt(content, pointer)
      if (value === undefined) throw invalid(file, `has no value at ${pointer} of invoice ${index + 1}`, 'invoices')
      return value
    })
    if (id === undefined || ids.has(id)) throw invalid(file, `has the id "${id ?? ''}" twice`, 'invoices.id')
    ids.add(id)
    const base = `${supplier} ${reference}`
    const nth = (occurrences.get(base) ?? 0) + 1
    occurrences.set(base, nth)
    return { id, key: nth === 1 ? base : `${base} (${nth})`, content }
  })
  return {
    all,
    fileWith: (invoices) => withValues(whole, new Map([[where.at, invoices.map(({ content }) => content)]])),
  }
}

/** A text or number at a place, as text. */
export function scalarAt(value: Json, pointer: string): string | undefined {
  const found = valueAt(value, pointer)
  if (typeof found === 'string' && found !== '') return found
  return isJsonNumber(found) ? found.value : undefined
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new GateError('file-missing', `${file} does not exist.`, {
      hint: 'connector.run.invoices.file in integration.yaml names the approved invoices, relative to it.',
      cause,
    })
  }
}

function parsed(text: string, file: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    throw invalid(file, 'is no JSON', 'invoices.file', cause)
  }
}

function invalid(file: string, what: string, where: string, cause?: unknown): GateError {
  return new GateError('json-invalid', `${file} ${what}.`, {
    hint: `Correct the file, or connector.run.${where} in integration.yaml.`,
    cause,
  })
}
