import { Lookup, UnknownCode } from './lookup.ts'
import type { TrytonClient, WireDate } from './tryton-client.ts'
import { fromWireDate } from './tryton-client.ts'

const JOURNAL = 'EXP'

interface Identified {
  id: number
}

interface Period {
  start: string
  end: string
}

/** Turns codes into record ids: what all invoices share is fetched once, the rest when an invoice first needs it. */
export class MasterData {
  readonly journal: number
  readonly #currencies: ReadonlyMap<string, number>
  readonly #openPeriods: readonly Period[]
  readonly #suppliers: Lookup<{ id: number; addresses: number[] }>
  readonly #paymentTerms: Lookup<Identified>
  readonly #accounts: Lookup<Identified>
  readonly #taxes: Lookup<Identified>
  readonly #dimensionValues: Lookup<{ id: number; root: number }>

  static async fetch(client: TrytonClient): Promise<MasterData> {
    const currencies = await client.searchRead<{ id: number; code: string; digits: number }>(
      'currency.currency',
      [],
      ['code', 'digits'],
    )
    const journal = await new Lookup<Identified>(client, 'account.journal', ['code']).one(`journal "${JOURNAL}"`, [
      ['code', '=', JOURNAL],
    ])
    const periods = await client.searchRead<{ start_date: WireDate; end_date: WireDate }>(
      'account.period',
      [
        ['type', '=', 'standard'],
        ['state', '!=', 'close'],
      ],
      ['name', 'start_date', 'end_date', 'state'],
    )
    const openPeriods = periods
      .map((period) => ({ start: fromWireDate(period.start_date), end: fromWireDate(period.end_date) }))
      .sort((a, b) => (a.start < b.start ? -1 : 1))
    return new MasterData(client, journal.id, new Map(currencies.map(({ code, id }) => [code, id])), openPeriods)
  }

  private constructor(
    client: TrytonClient,
    journal: number,
    currencies: ReadonlyMap<string, number>,
    openPeriods: readonly Period[],
  ) {
    this.journal = journal
    this.#currencies = currencies
    this.#openPeriods = openPeriods
    this.#suppliers = new Lookup(client, 'party.party', ['code', 'addresses'])
    this.#paymentTerms = new Lookup(client, 'account.invoice.payment_term', ['name'])
    this.#accounts = new Lookup(client, 'account.account', ['code'])
    this.#taxes = new Lookup(client, 'account.tax', ['name'])
    this.#dimensionValues = new Lookup(client, 'analytic_account.account', ['code', 'root'])
  }

  currency(code: string): number {
    const id = this.#currencies.get(code)
    if (id === undefined) {
      throw new UnknownCode(`currency "${code}" is not in Tryton`)
    }
    return id
  }

  /** The first day of the first open period when the invoice's own period is closed, otherwise nothing. */
  accountingDate(invoiceDate: string): string | undefined {
    if (this.#openPeriods.some(({ start, end }) => start <= invoiceDate && invoiceDate <= end)) {
      return undefined
    }
    const [first] = this.#openPeriods
    if (first === undefined) {
      throw new UnknownCode('an open accounting period is not in Tryton')
    }
    return first.start
  }

  async supplier(code: string): Promise<{ party: number; address: number }> {
    const { id, addresses } = await this.#suppliers.one(`supplier "${code}"`, [['code', '=', code]])
    const [address] = addresses
    if (address === undefined) {
      throw new UnknownCode(`an address of supplier "${code}" is not in Tryton`)
    }
    return { party: id, address }
  }

  async paymentTerm(name: string): Promise<number> {
    return (await this.#paymentTerms.one(`payment term "${name}"`, [['name', '=', name]])).id
  }

  async account(code: string): Promise<number> {
    return (await this.#accounts.one(`account "${code}"`, [['code', '=', code]])).id
  }

  async tax(name: string): Promise<number> {
    return (await this.#taxes.one(`tax "${name}"`, [['name', '=', name]])).id
  }

  async dimensionValue(root: string, code: string): Promise<{ root: number; account: number }> {
    const value = await this.#dimensionValues.one(`${root} "${code}"`, [
      ['root.code', '=', root],
      ['code', '=', code],
    ])
    return { root: value.root, account: value.id }
  }
}
