import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter, FieldUse, Operation, Outcome, Period, Periods } from '../ports/erp.ts'

/** By how much the dates of one invoice are moved, and out of which period into which. */
export type DateShift = Readonly<{ days: number; from: string; into: string }>

/** Why an invoice cannot be booked in the target at all. */
export type Unplaced = Readonly<{ from: string; why: string }>

const DAY = 86_400_000

/** Days by which dates are moved at once: weekdays stay, and so does a due date that is so many days after another date. */
const STEP = 7

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/

/**
 * Moves the dates of recorded invoices into an open period of the target, where the period in which they were recorded is
 * closed or absent there, and takes the same days back from whatever the target answers. A period that was not open when the
 * baseline was captured is left alone: its invoices were refused then and are to be refused again.
 */
export class DateShifting {
  readonly #periods: Periods
  readonly #before: readonly Period[]
  readonly #now: readonly Period[]
  readonly #schema: ErpSchema
  readonly #kinds: ReadonlyMap<string, 'date' | 'period'>

  private constructor(periods: Periods, schema: ErpSchema, before: readonly Period[], now: readonly Period[]) {
    this.#periods = periods
    this.#schema = schema
    this.#before = before
    this.#now = now
    const kinds = new Map<string, 'date' | 'period'>()
    for (const [resource, { read, send }] of Object.entries(schema.resources)) {
      for (const field of new Set([...namesIn(read), ...namesIn(send)])) {
        const kind = periods.kindOf(resource, field, schema)
        if (kind !== undefined) kinds.set(field, kind)
      }
    }
    this.#kinds = kinds
  }

  /** `undefined` where the ERP lists no periods, or one of the two lists is not known. */
  static between(
    { periods }: Pick<ErpAdapter, 'periods'>,
    schema: ErpSchema,
    before: ValueLists | undefined,
    now: ValueLists,
  ): DateShifting | undefined {
    const [then, current] = [before, now].map((lists) =>
      periods === undefined ? undefined : lists?.[periods.list]?.flatMap((row) => periods.read(row) ?? []),
    )
    if (periods === undefined || then === undefined || current === undefined) return undefined
    return new DateShifting(periods, schema, then, current)
  }

  /** How the dates of a sent invoice are moved; `undefined` where they can stay. */
  of(sent: Json): DateShift | Unplaced | undefined {
    const date = this.#periods.bookedOn(sent)
    if (!ISO_DATE.test(date)) return undefined
    const then = periodOf(date, this.#before)
    if (then?.isOpen !== true || periodOf(date, this.#now)?.isOpen === true) return undefined
    const shifts = this.#now.flatMap((period): DateShift[] => {
      const [earliest, latest] = [daysBetween(date, period.from), daysBetween(date, period.to)]
      const days = earliest > 0 ? Math.ceil(earliest / STEP) * STEP : Math.floor(latest / STEP) * STEP
      return period.isOpen && days >= earliest && days <= latest ? [{ days, from: then.code, into: period.code }] : []
    })
    const [nearest] = shifts.toSorted(
      (left, right) => Math.abs(left.days) - Math.abs(right.days) || right.days - left.days,
    )
    const why = `period ${then.code} is not open in the target, and no other one is: open a period there`
    return nearest ?? { from: then.code, why }
  }

  /** The places of a request that hold dates, with what is sent there. */
  sends(operation: Operation, { days }: DateShift): readonly (readonly [string, Json])[] {
    return [...operation.sends, ...operation.filters].flatMap(({ pointer, resource, field, value }: FieldUse) =>
      typeof value === 'string' &&
      ISO_DATE.test(value) &&
      this.#periods.kindOf(resource, field, this.#schema) === 'date'
        ? [[pointer, this.#periods.wire(moved(value, days))] as const]
        : [],
    )
  }

  /** A document or a result as it would be without the shift; a period that the shift does not lead to stays as it is. */
  restored(value: Json, shift: DateShift, name = ''): Json {
    if (isJsonArray(value)) return value.map((item) => this.restored(item, shift, name))
    if (isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([field, member]) => [field, this.restored(member, shift, field)]),
      )
    }
    if (typeof value !== 'string') return value
    const kind = this.#kinds.get(name)
    if (kind === 'date' && ISO_DATE.test(value)) return moved(value, -shift.days)
    return kind === 'period' && value === shift.into ? shift.from : value
  }

  /** An answer as it would be without the shift. */
  answer(outcome: Outcome, shift: DateShift): Outcome {
    const told = <Told extends Readonly<{ message: string }>>(error: Told): Told => ({
      ...error,
      message: inText(error.message, shift),
    })
    switch (outcome.state) {
      case 'accepted':
        return { ...outcome, result: this.restored(outcome.result, shift) }
      case 'rejected':
        return { ...outcome, errors: outcome.errors.map(told), raw: inTexts(outcome.raw, shift) }
      case 'needs-ack':
        return { ...outcome, warning: told(outcome.warning) }
      default:
        return outcome
    }
  }

  get list(): string {
    return this.#periods.list
  }

  get state(): string {
    return this.#periods.state
  }
}

function namesIn(schema: unknown): readonly string[] {
  const properties: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : {}
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

function periodOf(date: string, periods: readonly Period[]): Period | undefined {
  return periods.find(({ from, to }) => from <= date && date <= to)
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY)
}

function moved(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10)
}

/** Error texts tell dates and periods too. */
function inText(text: string, { days, from, into }: DateShift): string {
  const dated = text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) =>
    Number.isNaN(Date.parse(date)) ? date : moved(date, -days),
  )
  const word = into.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return dated.replaceAll(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'g'), () => from)
}

function inTexts(value: Json, shift: DateShift): Json {
  if (typeof value === 'string') return inText(value, shift)
  if (isJsonArray(value)) return value.map((item) => inTexts(item, shift))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inTexts(member, shift)]))
}
