import type { ChangeAssessment, SideBySide } from '../../model/assessment.ts'
import { counted, grouped } from '../rendering/words.ts'
import { comparedValue, number, SPACE } from './cells.ts'

type Row = SideBySide['rows'][number]

const RESULTS: Readonly<Record<Row['state'], string>> = {
  same: 'same',
  differs: 'differs',
  'not-compared': 'in one only',
}

/** Where the view of an invoice stands, by its key. */
export function sidesOf(
  { sideBySide }: Readonly<ChangeAssessment>,
  places: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(sideBySide.map(({ invoice }, index) => [invoice, `s-${places.get(invoice)?.slice(2) ?? `x${index}`}`]))
}

/** Invoices value by value, as they were sent and as each release stored them. */
export function sideBySideOf(
  { sideBySide, invoices, connector }: Readonly<ChangeAssessment>,
  places: ReadonlyMap<string, string>,
  sides: ReadonlyMap<string, string>,
) {
  const known = new Map(invoices.map((invoice) => [invoice.key, invoice]))
  return {
    count: number(sideBySide.length),
    all: number(invoices.length),
    rest: invoices.length > sideBySide.length,
    /** A connector is run as a whole, so that there is no pack of its documents. */
    packed: connector === undefined,
    invoices: sideBySide.map((side) => {
      const invoice = known.get(side.invoice)
      const differing = side.rows.filter(({ state }) => state === 'differs').length
      const isCalm = differing === 0 && side.refused === null
      return {
        invoice: side.invoice,
        place: sides.get(side.invoice) ?? '',
        row: places.get(side.invoice) ?? 'invoices',
        stage: side.stage,
        icon: side.refused === null ? (isCalm ? 'ok' : 'warn') : 'no',
        told: toldOf(side, differing),
        supplier:
          invoice === undefined
            ? ''
            : `Supplier ${invoice.supplier}, ${invoice.currency} ${grouped(invoice.gross, SPACE).replace('-', '−')}.`,
        stages: side.stages.map(({ after, differences }) => ({
          after,
          said: differences === 0 ? 'the same' : `${counted(differences, 'difference')}`,
        })),
        refused: side.refused,
        rows: differingFirst(side.rows).map((row) => ({
          pointer: row.pointer,
          sent: row.sent === null ? { text: 'not sent', absent: true } : comparedValue(row.sent),
          baseline: comparedValue(row.baseline),
          candidate: comparedValue(row.candidate),
          differs: row.state === 'differs',
          result: RESULTS[row.state],
        })),
        rest: restOf(side),
      }
    }),
  }
}

function differingFirst(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((left, right) => Number(right.state === 'differs') - Number(left.state === 'differs'))
}

function toldOf({ refused, stage }: SideBySide, differing: number): string {
  if (refused !== null) return `refused by the ${refused.by} at ${refused.stage}`
  return differing === 0
    ? 'the same'
    : `${counted(differing, 'value')} differ${differing === 1 ? 's' : ''} after ${stage}`
}

/** What of the document is not among the rows. */
function restOf({ alike, notCompared, more }: SideBySide): string {
  const parts = [
    more === 0 ? '' : `${counted(more, 'more value')} of money and coding, the same on both sides, did not fit`,
    `${counted(alike, 'other value')} ${alike === 1 ? 'is' : 'are'} the same on both sides`,
    `${counted(notCompared, 'other value')} ${notCompared === 1 ? 'is' : 'are'} empty, given by the ERP itself or in one release only`,
  ]
  return `Not shown: ${parts.filter((part) => part !== '').join('; ')}.`
}
