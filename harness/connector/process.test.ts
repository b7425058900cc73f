import { expect, test } from 'vitest'
import { type Launch, runProcess } from './process.ts'

/** Runs a few lines of JavaScript as the connector. */
const run = (code: string, over: Partial<Launch> = {}) =>
  runProcess({
    program: process.execPath,
    args: ['-e', code],
    folder: process.cwd(),
    env: {},
    timeLimitMs: 20_000,
    ...over,
  })

test('tells exit status and output of a connector that ends', async () => {
  const ended = await run(`console.log('one'); console.error('two'); process.exitCode = 3`)
  expect(ended).toMatchObject({ how: 'ended', status: 3, stdout: 'one\n', stderr: 'two\n' })
})

test('passes nothing of its own environment but what is allowed', async () => {
  process.env.CHANGE_GATE_TEST_SECRET = 'must not be seen'
  const { stdout } = await run('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } })
  delete process.env.CHANGE_GATE_TEST_SECRET
  expect(JSON.parse(stdout)).toEqual({ ONLY: 'this' })
})

test('gives it its input', async () => {
  const code = `process.stdin.on('data', (chunk) => process.stdout.write(chunk))`
  expect(await run(code, { stdin: '[{"id":1}]' })).toMatchObject({ how: 'ended', stdout: '[{"id":1}]' })
})

test('ends a connector that takes too long', async () => {
  expect(await run('setInterval(() => undefined, 1000)', { timeLimitMs: 500 })).toMatchObject({ how: 'out-of-time' })
})

test('refuses a program that is not there', async () => {
  await expect(run('', { program: 'no-such-connector' })).rejects.toThrow(
    'The connector "no-such-connector" cannot be started',
  )
})

/** A connector that says that it is ready, exports when it is told to, and does not end. */
const SERVICE = `
  process.on('SIGTERM', () => process.exit(0))
  process.stdin.resume()
  console.log('ready')
  process.stdin.on('data', () => console.log('exported'))
  setInterval(() => undefined, 1000)`

test('waits for a connector that goes on running, starts it, and ends it when it is done', async () => {
  let started = 0
  const ended = await run(SERVICE, {
    stdin: 'go',
    service: {
      isReady: async (output) => output.includes('ready'),
      start: async () => {
        started += 1
      },
      isDone: async (output) => output.includes('exported'),
    },
  })
  expect(ended).toMatchObject({ how: 'ended', status: 0, stdout: 'ready\nexported\n' })
  expect(started).toBe(1)
})

test.each([
  ['never-ready', 'nothing', 'exported'],
  ['out-of-time', 'ready', 'never'],
] as const)('a connector that goes on running can be %s', async (how, ready, done) => {
  const ended = await run(SERVICE, {
    timeLimitMs: 1500,
    service: {
      isReady: async (output) => output.includes(ready),
      start: async () => undefined,
      isDone: async (output) => output.includes(done),
    },
  })
  expect(ended.how).toBe(how)
})
