import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Transport } from '../ports/erp.ts'
import { type JournalHeader, openJournal, readJournal } from '../replay/journal.ts'
import { virtualTransport } from '../targets/virtual-erp.ts'
import { excerpt, methodOf, replayOn, sample, seenIn, virtualOf } from './fixtures/tryton.ts'

const HEADER: JournalHeader = {
  format: 'erp-change-gate/journal',
  version: 1,
  runTag: '~c0ffee',
  target: 'http://sandbox.example',
  inputs: {},
}

/** Distance between two moments of death; 1 takes minutes and leaves none out. */
const EVERY = Number(process.env.KILL_EVERY ?? 12)

/** The end of a process: nothing after it is sent, answered or written. */
class Killed extends Error {}

const bench = await sample()
/** An invoice that is cancelled, one that is exported twice, one that is refused, one like any other. */
const few = excerpt(bench, (key) => /KF-44901|10\/0131|OSF-21040|ЗХ-520/.test(key))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Counts what a virtual ERP did, whoever asked. */
function counted(inner: Transport) {
  const created: string[] = []
  const removed: string[] = []
  let sent = 0
  const transport: Transport = {
    ...inner,
    send: async (request) => {
      sent += 1
      const answer = await inner.send(request)
      const body = answer.body !== undefined && 'json' in answer.body ? JSON.stringify(answer.body.json) : ''
      if (methodOf(request) === 'model.account.invoice.create' && !body.includes('"error"'))
        created.push(JSON.stringify(request.body).match(/"reference":"([^"]*)"/)?.[1] ?? '')
      if (/\.(delete|cancel)$/.test(methodOf(request)) && !body.includes('"error"')) removed.push(body)
      return answer
    },
  }
  return { transport, created, removed, sent: () => sent }
}

/** Dies at a request: before it is sent, or after the ERP has done it and before the answer is noted. */
function dying(inner: Transport, at: number, moment: 'before' | 'after', file: string) {
  let sent = 0
  let journal: Buffer | undefined
  const die = () => {
    journal ??= readFileSync(file)
    throw new Killed()
  }
  const transport: Transport = {
    ...inner,
    send: async (request) => {
      if (journal !== undefined) throw new Killed()
      sent += 1
      if (sent === at && moment === 'before') die()
      const answer = await inner.send(request)
      if (sent >= at) die()
      return answer
    },
  }
  return { transport, left: () => journal }
}

describe('a run that is killed and resumed is the run that was not disturbed', () => {
  test.each([
    { concurrency: 1, moment: 'before' as const, offset: 0 },
    { concurrency: 1, moment: 'after' as const, offset: 4 },
    { concurrency: 3, moment: 'after' as const, offset: 8 },
  ])('killed $moment a request, $concurrency lanes at a time', async ({ concurrency, moment, offset }) => {
    const virtual = counted(virtualTransport(virtualOf(few)))
    const whole = await replayOn(few, virtual.transport, { runTag: HEADER.runTag, removePosted: true })
    const [wanted, posted, requests] = [seenIn(whole), [...virtual.created].sort(), virtual.sent()]
    expect(whole.byRules).toEqual([])
    const beforePosting = requests - 150
    for (let at = beforePosting + (offset % EVERY); at <= requests; at += EVERY) {
      const erp = counted(virtualTransport(virtualOf(few)))
      const file = join(folder, `journal-${at}.ndjson`)
      const journal = await openJournal(file, HEADER)
      const mortal = dying(erp.transport, at, moment, file)
      const options = { runTag: HEADER.runTag, removePosted: true, concurrency }
      // While it removes, a replay goes on after a failure; nothing of what it does then reaches anybody.
      await replayOn(few, mortal.transport, { ...options, journal }).catch((error: unknown) =>
        expect(error).toBeInstanceOf(Killed),
      )
      expect([at, mortal.left() !== undefined]).toEqual([at, true])
      await journal.close()
      // What the process had written when it died, with half a line after it.
      await writeFile(file, Buffer.concat([mortal.left() ?? Buffer.alloc(0), Buffer.from('{"seq":41,"answ')]))
      const resumed = await openJournal(file, HEADER, await readJournal(file))
      const observation = await replayOn(few, erp.transport, { ...options, journal: resumed })
      await resumed.close()
      expect([at, observation.fault]).toEqual([at, undefined])
      expect(seenIn(observation)).toBe(wanted)
      expect([...erp.created].sort()).toEqual(posted)
      expect((await readJournal(file))?.state).toBe('replayed')
    }
  })
})
