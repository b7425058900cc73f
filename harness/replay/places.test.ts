import { describe, expect, test } from 'vitest'
import { jsonNumber, parseJson } from '../base/json.ts'
import type { RecordedRequest } from '../model/recording.ts'
import { withPlaces } from './places.ts'

const REQUEST: RecordedRequest = {
  method: 'POST',
  path: '/v1/bills/b-77/approve',
  query: '?supplier=s-1&reference=INV%20778',
  headers: {},
  body: { json: parseJson('{"supplierId":"s-1","costCenter":12,"lines":[{"project":null}]}') },
}

describe('places of a request are replaced', () => {
  test.each([
    { name: 'a segment of the path', place: 'path:2', value: 'b 9/9', seen: '/v1/bills/b%209%2F9/approve' },
    { name: 'a parameter', place: 'query:supplier', value: 's-2', seen: '?supplier=s-2&reference=INV+778' },
    { name: 'a parameter that goes', place: 'query:supplier', value: undefined, seen: '?reference=INV+778' },
  ])('$name', ({ place, value, seen }) => {
    const { path, query, body } = withPlaces(REQUEST, new Map([[place, value]]))
    expect([path, query]).toContain(seen)
    expect(body).toEqual(REQUEST.body)
  })

  test('a member of the body, and nothing else', () => {
    const changed = withPlaces(REQUEST, new Map([['/costCenter', jsonNumber(13)]]))
    expect(changed).toEqual({
      ...REQUEST,
      body: { json: parseJson('{"supplierId":"s-1","costCenter":13,"lines":[{"project":null}]}') },
    })
  })

  test('nothing to replace leaves the request as it was recorded', () => {
    expect(withPlaces(REQUEST, new Map())).toBe(REQUEST)
  })
})
