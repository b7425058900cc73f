import { describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { Transport } from '../ports/erp.ts'
import { pacedTransport } from './pacing.ts'

const REQUEST: RecordedRequest = { method: 'POST', path: '/', query: '', headers: {} }
const OK: RecordedResponse = { status: 200, headers: {}, body: { json: 'whole' } }
const READ = { isWhole: (response: RecordedResponse) => response.body !== undefined && 'json' in response.body }
const lost = () => new GateError('target-unreachable', 'reset', { hint: '' })

/** A clock that only waiting moves, and an ERP that answers from a list. */
function scene(answers: readonly (RecordedResponse | Error)[], rate?: number) {
  let now = 0
  const sent: number[] = []
  const transport: Transport = {
    url: 'http://sandbox.example',
    send: async () => {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? OK
      sent.push(now)
      if (answer instanceof Error) throw answer
      return answer
    },
    close: async () => undefined,
  }
  const paced = pacedTransport(transport, {
    rate,
    now: () => now,
    wait: async (ms) => {
      now += ms
    },
  })
  return { paced, sent, now: () => now }
}

describe('a request that only reads is sent again', () => {
  test.each([
    { name: 'when the connection breaks', answers: [lost(), lost(), OK], sent: 3 },
    { name: 'when the ERP is busy', answers: [{ status: 503, headers: {} }, OK], sent: 2 },
    { name: 'when the answer is cut off', answers: [{ ...OK, body: { text: '{"resu' } }, OK], sent: 2 },
    { name: 'and no longer than five times', answers: [{ status: 429, headers: {} }], sent: 5 },
    { name: 'but not when the credential lapsed', answers: [{ status: 401, headers: {} }, OK], sent: 1 },
    {
      name: 'but not when it is asked to wait an hour',
      answers: [{ status: 429, headers: { 'retry-after': '3600' } }],
      sent: 1,
    },
  ])('$name', async ({ answers, sent }) => {
    const { paced, sent: times } = scene(answers)
    await paced.send(REQUEST, READ)
    expect(times).toHaveLength(sent)
  })

  test('after what Retry-After asks for', async () => {
    const { paced, sent } = scene([{ status: 503, headers: { 'retry-after': '7' } }, OK])
    await paced.send(REQUEST, READ)
    expect(sent).toEqual([0, 7000])
  })
})

test.each([
  { name: 'a lost answer', answer: lost() },
  { name: 'a busy ERP', answer: { status: 503, headers: {} } },
  { name: 'half an answer', answer: { ...OK, body: { text: '{"resu' } } },
])('a request that may write is sent once, with $name', async ({ answer }) => {
  const { paced, sent } = scene([answer, OK])
  await paced.send(REQUEST).catch(() => undefined)
  expect(sent).toHaveLength(1)
})

describe('a rate', () => {
  test('delays and never drops, in the order of asking', async () => {
    const { paced, sent } = scene([OK], 20)
    for (let nth = 0; nth < 60; nth++) await paced.send(REQUEST)
    expect(sent).toHaveLength(60)
    expect(sent).toEqual(sent.toSorted((left, right) => left - right))
    // Sixty requests at 20 a second take three seconds, less the two that may go at once.
    expect(sent.at(-1)).toBeGreaterThanOrEqual(2850)
    expect(sent.at(-1)).toBeLessThanOrEqual(3000)
  })

  test('may be less than one a second', async () => {
    const { paced, sent } = scene([OK], 0.5)
    for (let nth = 0; nth < 4; nth++) await paced.send(REQUEST)
    expect(sent.at(-1)).toBeGreaterThanOrEqual(5900)
  })
})
