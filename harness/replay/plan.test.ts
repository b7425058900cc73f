import { expect, test } from 'vitest'
import { type Json, jsonNumber, parseJson, toJson, writeJson } from '../base/json.ts'
import { withValues } from '../base/pointer.ts'
import type { PlanOperation } from '../model/change.ts'
import type { Operation } from '../ports/erp.ts'
import { planned } from './plan.ts'

const LINE = 'account.invoice.line'
const use = (pointer: string, resource: string, field: string, value?: Json) => ({
  pointer,
  resource,
  field,
  ...(value === undefined ? {} : { value }),
})
const OPERATION: Operation = {
  kind: 'create',
  name: 'account.invoice.create',
  resource: 'account.invoice',
  references: [],
  sends: [
    use('/lines/0/department', LINE, 'department', 'D10'),
    use('/lines/1/department', LINE, 'department', 'D20'),
    use('/kind', 'account.invoice', 'kind', jsonNumber(1)),
    use('/department', 'account.invoice', 'department', 'D10'),
  ],
  reads: [use('/fields/0', LINE, 'department'), use('/fields/1', LINE, 'account')],
  filters: [use('/search/0/2', LINE, 'department', 'D10')],
}

const drop = (field: string, direction: 'send' | 'read', resource = LINE): PlanOperation => ({
  'drop-field': { resource, field, direction },
})
const map = (field: string, values: Record<string, string>, resource = LINE): PlanOperation => ({
  'map-value': { resource, field, values },
})

test.each<[string, readonly PlanOperation[], Record<string, unknown>]>([
  ['no plan changes nothing', [], {}],
  [
    'a field that is dropped is not sent',
    [drop('department', 'send')],
    { '/lines/0/department': undefined, '/lines/1/department': undefined },
  ],
  ['a field that is dropped is not read', [drop('department', 'read')], { '/fields/0': undefined }],
  ['a field of another record stays', [drop('department', 'send', 'account.move')], {}],
  ['a field of another name stays', [drop('dep', 'send')], {}],
  [
    'a value is sent and searched as another',
    [map('department', { D10: 'CC10' })],
    { '/lines/0/department': 'CC10', '/search/0/2': 'CC10' },
  ],
  ['a value that the plan does not name stays', [map('department', { D30: 'CC30' })], {}],
  ['a value called like a member of every object stays', [map('department', { toString: 'x' })], {}],
  ['a number stays a number', [map('kind', { 1: '2' }, 'account.invoice')], { '/kind': jsonNumber(2) }],
  ['a number may become a text', [map('kind', { 1: 'in' }, 'account.invoice')], { '/kind': 'in' }],
  [
    'the last of two operations counts',
    [map('department', { D10: 'CC10' }), drop('department', 'send')],
    { '/lines/0/department': undefined, '/lines/1/department': undefined, '/search/0/2': 'CC10' },
  ],
])('%s', (_, plan, places) => {
  expect(Object.fromEntries(planned(OPERATION, plan))).toEqual(places)
})

test('dropped fields leave the others in their places', () => {
  const body = parseJson(
    '{"fields":["department","account"],"lines":[{"department":"D10","amount":100.10},{"department":"D20"}]}',
  )
  const changed = withValues(body, planned(OPERATION, [drop('department', 'read'), drop('department', 'send')]))
  expect(writeJson(changed)).toBe('{"fields":["account"],"lines":[{"amount":100.10},{}]}')
  expect(body).toEqual(toJson(body))
})
