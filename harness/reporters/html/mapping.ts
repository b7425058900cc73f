import type { ChangeAssessment, MappedField, MappedState } from '../../model/assessment.ts'
import { counted } from '../rendering/words.ts'
import { capped, type Link, number, percentOf, SHOWN } from './cells.ts'

type Told = Readonly<{ icon: string; title: string }>

const STATES: Readonly<Record<MappedState, Told>> = {
  gone: { icon: 'no', title: 'field gone' },
  retyped: { icon: 'no', title: 'holds another type' },
  'value-gone': { icon: 'no', title: 'a value that it sends is gone' },
  'too-long': { icon: 'no', title: 'a value is too long' },
  'fed-twice': { icon: 'no', title: 'fed by two rows' },
  'not-fed': { icon: 'no', title: 'required, and fed by no row' },
  touched: { icon: 'warn', title: 'has findings' },
  unaffected: { icon: 'ok', title: 'unaffected' },
}

/** Which field feeds which, how much of the recording exercises it, and what the change does to each. */
export function mappingOf({ mapping, accounting }: Readonly<ChangeAssessment>, link: Link) {
  const unused = mapping.filter((row) => row.invoices === 0 && row.state !== null).length
  return {
    count: number(mapping.length),
    planned: mapping.some(({ plan }) => plan !== null),
    unused:
      unused === 0
        ? 'Recorded invoices exercise every row.'
        : `No recorded invoice exercises ${counted(unused, 'row')}: what the change does there was not tried.`,
    states: Object.entries(STATES).flatMap(([state, told]) => {
      const count = mapping.filter((row) => row.state === state).length
      return count === 0 ? [] : [{ ...told, count: number(count) }]
    }),
    rows: mapping.map((row) => ({
      from: row.from,
      arrow: row.direction === 'send' ? '→' : '←',
      resource: row.resource,
      field: row.field,
      record: row.record,
      way: wayOf(row),
      unused: row.invoices === 0,
      used: `${number(row.invoices)} of ${number(accounting.recorded)}`,
      percent: percentOf(row.invoices, accounting.recorded),
      state: row.state === null ? null : STATES[row.state],
      findings: capped(row.findings.map(link), SHOWN.findingsOfReason, 'finding'),
      plan: row.plan === null ? null : planOf(row, row.plan),
    })),
  }
}

function wayOf({ direction, transform, list, required }: MappedField): readonly string[] {
  return [
    ...(direction === 'read' ? ['read back'] : required ? ['required'] : []),
    ...(list === null ? [] : [`a code of ${list}`]),
    ...transform,
  ]
}

function planOf(row: MappedField, plan: NonNullable<MappedField['plan']>) {
  const told = plan.state === null ? { icon: 'ok', title: 'no longer mapped' } : STATES[plan.state]
  const does = { kept: '', changed: 'changed: ', dropped: '', added: 'added: ' }[plan.row]
  return {
    icon: told.icon,
    title: `${does}${told.title}`,
    to: plan.to,
    moved: plan.to !== `${row.resource} ${row.field}`,
  }
}
