import type { PlanOperation } from '../model/plan.ts'

/** What an operation of the plan does, in one sentence. */
export function planSentence(operation: PlanOperation): string {
  if ('drop-field' in operation) {
    const { resource, field, direction, after } = operation['drop-field']
    const when = after === undefined ? '' : ` after ${after}`
    return `Stop ${direction === 'read' ? 'reading' : 'sending'} ${field} of ${resource}${when}.`
  }
  if ('rename-field' in operation) {
    const { resource, field, to } = operation['rename-field']
    return `Send and read ${field} of ${resource} as ${to}.`
  }
  if ('map-value' in operation) {
    const { resource, field, values, others } = operation['map-value']
    const rest = others === undefined ? '' : '; others stay'
    return `Send and search ${field} of ${resource} with other values: ${pairs(values)}${rest}.`
  }
  if ('add-field' in operation) {
    const { resource, field, value, by } = operation['add-field']
    return `Send ${field} of ${resource}: ${by === undefined ? String(value) : rule(by.field, by)}.`
  }
  if ('add-segment' in operation) {
    const { resource, field, segment, after, value, by } = operation['add-segment']
    const where = after === undefined ? 'first' : `after ${after}`
    const what = by === undefined ? String(value) : rule(by.segment, by)
    return `Put the segment ${segment} into ${field} of ${resource}, ${where}: ${what}.`
  }
  if ('move-field' in operation) {
    const { resource, field, to } = operation['move-field']
    return `Send ${field} of ${resource} as ${to.field} of ${to.resource}.`
  }
  const { from, to } = operation['change-endpoint']
  return `Send requests below ${from} to ${to}.`
}

type Rule = Readonly<{ values: Readonly<Record<string, unknown>>; others?: unknown }>

function rule(by: string, { values, others }: Rule): string {
  const told = Object.entries(values).map(([when, value]) => `${String(value)} where ${by} is ${when}`)
  return [...told, ...(others === undefined ? [] : [`${String(others)} otherwise`])].join(', ')
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([from, to]) => `${from} becomes ${to}`)
    .join(', ')
}
