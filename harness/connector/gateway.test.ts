import { afterEach, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import type { Interaction, RecordedRequest } from '../model/recording.ts'
import type { FailureAction } from '../ports/failure.ts'
import { type Gateway, startGateway } from './gateway.ts'

let gateway: Gateway | undefined
afterEach(() => gateway?.close())

type Passed = Omit<Interaction, 'seq'>

/** A gateway in front of an ERP that answers with the amount that it was sent, and everything that it told. */
async function between(action?: FailureAction, fault?: GateError) {
  const told: { asked: RecordedRequest[]; answered: Passed[]; lost: string[] } = { asked: [], answered: [], lost: [] }
  gateway = await startGateway({
    transport: {
      url: 'http://erp.example',
      send: async (request) => {
        told.asked.push(request)
        if (fault !== undefined) throw fault
        const headers = { 'content-type': 'application/json', 'x-erp': 'yes' }
        return { status: 200, headers, ...(request.body === undefined ? {} : { body: request.body }) }
      },
      close: async () => undefined,
    },
    ...(action === undefined ? {} : { act: async () => action }),
    onAnswered: async (interaction) => {
      told.answered.push(interaction)
    },
    onLost: (code) => told.lost.push(code),
  })
  const { url } = gateway
  const send = () =>
    fetch(`${url}/bills/17?expand=lines`, { method: 'POST', headers: { 'x-run': '1' }, body: '{"total":100.10}' })
  return { told, send }
}

test('passes a request on as it is, digits and all, and tells it before it is answered', async () => {
  const { told, send } = await between()
  const response = await send()
  expect([response.status, response.headers.get('x-erp'), await response.text()]).toEqual([
    200,
    'yes',
    '{"total":100.10}',
  ])
  expect(told.asked).toMatchObject([
    { method: 'POST', path: '/bills/17', query: '?expand=lines', headers: { 'x-run': '1' } },
  ])
  expect(told.answered).toHaveLength(1)
})

test('answers in place of the ERP, which is not asked', async () => {
  const { told, send } = await between({ do: 'answer', response: { status: 429, headers: { 'retry-after': '1' } } })
  const response = await send()
  expect([response.status, response.headers.get('retry-after'), told.asked, told.answered.length]).toEqual([
    429,
    '1',
    [],
    1,
  ])
})

test('cuts the connection, and the ERP is not asked', async () => {
  const { told, send } = await between({ do: 'cut' })
  await expect(send()).rejects.toThrow()
  expect([told.asked, told.answered]).toEqual([[], []])
})

test('loses the answer of an ERP that has done its work', async () => {
  const { told, send } = await between({ do: 'lose', afterMs: 1, response: { status: 504, headers: {} } })
  expect((await send()).status).toBe(504)
  expect(told.answered).toMatchObject([{ response: { status: 200 } }])
})

test('tells when the ERP behind it does not answer', async () => {
  const { told, send } = await between(undefined, new GateError('target-unreachable', 'No answer.', { hint: 'Wait.' }))
  expect((await send()).status).toBe(502)
  expect([told.lost, told.answered]).toEqual([['target-unreachable'], []])
})
