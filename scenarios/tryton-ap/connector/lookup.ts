import type { TrytonClient } from './tryton-client.ts'

/** A code of an approved invoice does not lead to exactly one record of the ERP. */
export class UnknownCode extends Error {
  override name = 'UnknownCode'
}

export type Condition = readonly [field: string, operator: '=', value: string]

/** Finds records of one model by their codes, with one call per code: at first use, then from memory. */
export class Lookup<Row> {
  readonly #client: TrytonClient
  readonly #model: string
  readonly #fields: readonly string[]
  readonly #found = new Map<string, readonly Row[]>()

  constructor(client: TrytonClient, model: string, fields: readonly string[]) {
    this.#client = client
    this.#model = model
    this.#fields = fields
  }

  async one(label: string, domain: readonly Condition[]): Promise<Row> {
    let rows = this.#found.get(label)
    if (rows === undefined) {
      rows = await this.#client.searchRead<Row>(this.#model, domain, this.#fields)
      this.#found.set(label, rows)
    }
    const [row, ...others] = rows
    if (row === undefined) {
      throw new UnknownCode(`${label} is not in Tryton`)
    }
    if (others.length > 0) {
      throw new UnknownCode(`${label} is ${rows.length} times in Tryton`)
    }
    return row
  }
}
