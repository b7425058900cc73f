import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sample, virtualOf } from '../pipeline/fixtures/tryton.ts'
import { hasDocker, startSandbox } from '../targets/container.ts'
import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import { Workspace } from './testing/workspace.ts'

const CONTROL = 'scenarios/tryton-ap/changes/control-6.0'
const INTEGRATION = 'scenarios/tryton-ap/integration.yaml'

/** How often one run is killed before it may end. */
const KILLS = Number(process.env.KILLS ?? 3)

let workspace: Workspace
const closers: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await workspace.remove()
})

/** Everything of an assessment that must not depend on the run. */
async function decided(): Promise<string> {
  const { meta: _, ...rest } = await workspace.assessment('control-6.0')
  return JSON.stringify(rest, null, 1)
}

/**
 * Runs the control against an ERP through a proxy that kills the process at given requests, before or after the ERP has
 * done its work, and resumes until the run ends. Returns how often it was killed and what was created under which reference.
 */
async function killedAndResumed(upstream: string, kills: readonly number[], env: Readonly<Record<string, string>>) {
  const created: string[] = []
  const deaths = [...kills]
  let running: ReturnType<Workspace['start']> | undefined
  let seen = 0
  const proxy = await startFaultProxy(upstream, async (passing) => {
    seen += 1
    const dies = deaths[0] !== undefined && seen >= deaths[0]
    const after = (deaths[0] ?? 0) % 2 === 0
    if (dies && !after) return void kill()
    const answer = await passing.forward()
    if (/invoice\.create$/.test(passing.method) && !answer.body.toString().includes('"error"'))
      created.push(/"reference":"([^"]*)"/.exec(passing.body.toString())?.[1] ?? '')
    if (dies) return void kill()
    passing.outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  })
  const kill = () => {
    if (running === undefined) return
    deaths.shift()
    seen = Number.NEGATIVE_INFINITY
    running.kill('SIGKILL')
    running = undefined
  }
  closers.push(proxy.close)
  const before = await workspace.read(INTEGRATION)
  await workspace.write(INTEGRATION, before.replace(/http:\/\/127\.0\.0\.1:\d+/, proxy.url))
  let killed = 0
  let ended: Awaited<ReturnType<Workspace['start']>>
  for (;;) {
    seen = 0
    const args = ['run', CONTROL, '--target', proxy.url, ...(killed > 0 ? ['--resume'] : [])]
    running = workspace.start(args, env)
    ended = await running
    if (ended.signal !== 'SIGKILL') break
    killed += 1
  }
  return { killed, created: created.map((reference) => reference.replace(/~[0-9a-f]{6}/, '')).sort(), ended }
}

describe('SIGKILL', () => {
  test(`a run that is killed ${KILLS} times ends like one that was not disturbed, over HTTP`, async () => {
    const bench = await sample()
    const env = { TRYTON_USER: 'ap_connector', TRYTON_PASSWORD: 'sandbox-only' }
    const runs = []
    // A run has about 1,400 requests; each death comes later after its start, so that the end is reached.
    const deaths = Array.from({ length: KILLS }, (_, nth) => 200 + nth * 90 + Math.floor(Math.random() * 80))
    for (const kills of [[], deaths]) {
      const served = await serveVirtualErp(virtualOf(bench), 0)
      closers.push(served.close)
      const run = await killedAndResumed(served.url, kills, env)
      runs.push({ ...run, assessment: await decided() })
    }
    const [whole, broken] = runs
    expect([broken?.killed, broken?.ended.exitCode, deaths]).toEqual([KILLS, 0, deaths])
    expect(broken?.created).toEqual(whole?.created)
    expect(broken?.assessment).toBe(whole?.assessment)
    expect(whole?.assessment).toContain('"level": "recorded"')
  }, 300_000)

  test('the same on a real Tryton in a container', async (context) => {
    if (!(await hasDocker())) {
      if (process.env.CI) throw new Error('No Docker engine answers, and CI must not skip the real sandbox.')
      console.warn('SKIPPED: no Docker engine answers, so SIGKILL was not tried against a real Tryton.')
      context.skip()
    }
    const runs = []
    const deaths = Array.from({ length: KILLS }, (_, nth) => 200 + nth * 90 + Math.floor(Math.random() * 80))
    for (const kills of [[], deaths]) {
      const sandbox = await startSandbox('tryton-6.0', 'ci/sandbox', { label: 'resume' })
      closers.push(sandbox.stop)
      const env = { TRYTON_USER: sandbox.user, TRYTON_PASSWORD: sandbox.password }
      const run = await killedAndResumed(sandbox.url, kills, env)
      runs.push({ ...run, assessment: await decided() })
      await sandbox.stop()
      closers.pop()
    }
    const [whole, broken] = runs
    expect([broken?.killed, broken?.ended.exitCode, deaths]).toEqual([KILLS, 0, deaths])
    expect(broken?.created).toEqual(whole?.created)
    expect(broken?.assessment).toBe(whole?.assessment)
    expect(whole?.assessment).toContain('"level": "live"')
  }, 600_000)
})

describe('what cannot be continued is refused', () => {
  test.each([
    {
      name: 'there is no journal',
      args: ['--target', 'http://127.0.0.1:8000'],
      message: /journal-unusable: .*there is no journal/,
    },
    { name: 'the target is thrown away', args: [], message: /usage: There is nothing to resume/ },
  ])('$name', async ({ args, message }) => {
    const { status, err } = await workspace.run(['run', CONTROL, '--resume', ...args])
    expect([status, err]).toEqual([2, expect.stringMatching(message)])
  })
})
