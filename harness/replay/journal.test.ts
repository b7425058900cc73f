import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type JournalHeader, openJournal, readJournal } from './journal.ts'

const HEADER: JournalHeader = {
  format: 'erp-change-gate/journal',
  version: 1,
  runTag: '~c0ffee',
  target: 'http://sandbox.example',
  inputs: {},
}
const STORED = { document: { reference: 'RE-2026-104', total: '119.00' }, parts: [] }

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-'))
  file = join(folder, 'journal.ndjson')
  const journal = await openJournal(file, HEADER)
  await journal.announce({ seq: 4, invoice: 'S-104 RE-2026-104', what: 'create' })
  journal.answered(4, { status: 200, headers: {}, body: { json: { id: 'b-1' } } })
  journal.stored(4, STORED)
  await journal.announce({ seq: 5, invoice: 'S-104 RE-2026-104', what: 'post' })
  journal.stored(5, undefined)
  await journal.close()
})
afterEach(() => rm(folder, { recursive: true }))

describe('a journal that is read again', () => {
  test('tells what was announced, answered and stored, and nothing of the line that was cut off', async () => {
    await writeFile(file, `${await readFile(file, 'utf8')}{"seq":5,"answ`)
    const found = await readJournal(file)
    const { begun, answers, stored } = found?.past ?? {}
    expect([found?.state, found?.header, [...(begun?.keys() ?? [])]]).toEqual(['cut-off', HEADER, [4, 5]])
    expect([answers?.has(4), answers?.get(4)]).toEqual([
      true,
      { status: 200, headers: {}, body: { json: { id: 'b-1' } } },
    ])
    expect([answers?.has(5), answers?.get(5)]).toEqual([false, undefined])
    expect([stored?.get(4), stored?.has(5), stored?.get(5), stored?.has(6)]).toEqual([STORED, true, undefined, false])
    await (await openJournal(file, HEADER, found)).close()
    expect((await readFile(file, 'utf8')).endsWith('"stored":null}\n')).toBe(true)
  })

  test('holds no answer: each is read from the file when it is asked for, and one that is gone is told', async () => {
    const past = (await readJournal(file))?.past
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('b-1', 'b-2'))
    expect(past?.answers.get(4)?.body).toEqual({ json: { id: 'b-2' } })
    await writeFile(file, text.replace('"answered"', '"accepted"'))
    expect(() => past?.answers.get(4)).toThrow(/what was answered at interaction 4 is no longer where it was/)
    await writeFile(file, text.slice(0, 300))
    expect(() => past?.stored.get(4)).toThrow(/journal\.ndjson cannot be read/)
  })
})
