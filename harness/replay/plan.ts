import { isJsonNumber, type Json, jsonNumber } from '../base/json.ts'
import type { PlanOperation } from '../model/change.ts'
import type { Operation } from '../ports/erp.ts'

/** The places in a request that a plan changes; `undefined` removes a place. */
export function planned(operation: Operation, plan: readonly PlanOperation[]): ReadonlyMap<string, Json | undefined> {
  const places = new Map<string, Json | undefined>()
  for (const step of plan) {
    if ('drop-field' in step) {
      const { resource, field, direction } = step['drop-field']
      const uses = direction === 'read' ? operation.reads : operation.sends
      for (const use of uses) if (use.resource === resource && use.field === field) places.set(use.pointer, undefined)
    } else {
      const { resource, field, values } = step['map-value']
      for (const use of [...operation.sends, ...operation.filters]) {
        if (use.resource !== resource || use.field !== field) continue
        const text = isJsonNumber(use.value) ? use.value.value : use.value
        const mapped = typeof text === 'string' && Object.hasOwn(values, text) ? values[text] : undefined
        if (mapped === undefined) continue
        // A number stays a number, unless what it becomes is none.
        const isNumber = isJsonNumber(use.value) && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(mapped)
        places.set(use.pointer, isNumber ? jsonNumber(mapped) : mapped)
      }
    }
  }
  return places
}
