import { revealed } from '../rendering/visible-text.ts'
import { grouped } from '../rendering/words.ts'

/** What the page shows in full; the rest is counted, and is in the JSON assessment. */
export const SHOWN = {
  reasons: 5,
  reasonsBesideConditions: 3,
  conditions: 3,
  currencies: 4,
  openNotes: 3,
  pointsOfNoReturn: 2,
  findings: 300,
  information: 200,
  invoices: 500,
  invoicesOfFinding: 50,
  findingsOfInvoice: 6,
  findingsOfReason: 12,
  disagreements: 200,
  uncovered: 50,
  sentence: 180,
} as const

/** Narrow no-break space: groups of digits stay together and never look like two numbers. */
export const SPACE = '\u202f'

/** Names a finding, and says whether the page shows it, so that no link leads nowhere. */
export type Link = (fingerprint: string) => Readonly<{ fingerprint: string; linked: boolean }>

/** A compared value: told apart are a text, an empty text and nothing at all. */
export function comparedValue(value: string | null) {
  if (value === null) return { text: 'not there', absent: true }
  return value === ''
    ? { text: 'empty text', absent: true }
    : { text: revealed(value.replaceAll('\n', '⏎')), absent: false }
}

/** The first rows, and how many are not among them. */
export function capped<Row>(rows: readonly Row[], limit: number, noun: string, plural = `${noun}s`) {
  const others = rows.length - limit
  return {
    rows: rows.slice(0, limit),
    more: others > 0 ? `${number(others)} more ${others === 1 ? noun : plural}` : null,
  }
}

/** Keeps the groups of digits of an amount on one line. */
export function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=\d{3}(?!\d))/g, SPACE)
}

/** A text short enough for page one; the dots say that it goes on, and it stands in full in its own section. */
export function shortened(text: string, limit: number = SHOWN.sentence): string {
  const line = unbroken(text.replaceAll('\n', ' '))
  if (line.length <= limit) return line
  const cut = line.slice(0, limit).replace(/[\ud800-\udbff]$/, '')
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), limit - 30))} …`
}

/** A count as the page writes it. */
export function number(count: number): string {
  return grouped(String(count), SPACE)
}

/** A time to answer. */
export function hours(count: number): string {
  return `${number(count)} h`
}

/** How far a bar of 100 is filled; a part that is there is seen. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 || part === 0 ? 0 : Math.max(1, Math.floor((part * 100) / whole))
}
