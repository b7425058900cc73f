import type { Ground } from './ground.ts'

/** An operation of the plan that does not do what whoever wrote it meant. */
export type FaultyOperation = Readonly<{
  note: string
  /** What the operation says, in one sentence. */
  says: string
  about: 'unsent' | 'idle' | 'missing' | 'unknown'
  values: readonly string[]
  invoices: readonly string[]
}>

/** Values that are named; the rest is counted. */
const NAMED = 5

/** A plan that names what is not there, or lacks what is, proves nothing about the release: it is told before anything else. */
export function planGrounds(faulty: readonly FaultyOperation[]): readonly Ground[] {
  return faulty.map((fault): Ground => {
    const [code, what] = CODES[fault.about]
    return {
      verdict: 'no-go',
      code,
      text: `The plan of ${fault.note} ${what(fault)}: “${fault.says}”`,
      lane: 'ap-vendor',
    }
  })
}

const CODES: Readonly<Record<FaultyOperation['about'], readonly [string, (fault: FaultyOperation) => string]>> = {
  missing: ['plan-value-missing', (fault) => `does not say what becomes of ${valuesOf(fault)}`],
  unknown: ['plan-value-unknown', (fault) => `sends ${valuesOf(fault)}, which the release does not have`],
  unsent: ['plan-field-unused', () => 'is about something that no recorded request has'],
  idle: ['plan-idle', () => 'changes nothing'],
}

function valuesOf({ values, invoices }: FaultyOperation): string {
  const named = values.slice(0, NAMED).join(', ')
  const more = values.length > NAMED ? ` and ${values.length - NAMED} more` : ''
  const users = invoices.length === 0 ? '' : ` (${invoices.length} invoice${invoices.length === 1 ? '' : 's'})`
  return `${named}${more}${users}`
}
