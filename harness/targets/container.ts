import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import type { StartedTestContainer } from 'testcontainers'
import { z } from 'zod'
import { GateError, messageOf } from '../base/errors.ts'
import { readTextFile } from '../base/files.ts'
import { Whole } from '../model/common.ts'

/** A sandbox ERP that can be started from an image, as `ci/sandbox/sandboxes.json` describes it. */
export const SandboxImage = z.strictObject({
  erp: z.string(),
  release: z.string(),
  image: z.string(),
  base: z.string(),
  port: Whole,
  database: z.string(),
  user: z.string(),
  password: z.string(),
  readyLog: z.string(),
  /** Code of the party that proves that the database is a sandbox. */
  marker: z.string(),
  /** How many ids were used up before seeding, so that ids differ from release to release. */
  spareIds: z.unknown().optional(),
})
export type SandboxImage = z.infer<typeof SandboxImage>

/** A sandbox that runs. */
export type RunningSandbox = Readonly<{
  id: string
  url: string
  database: string
  user: string
  password: string
  stop: () => Promise<void>
}>

/** Label of every container that the gate starts, with the sandbox's name as its value. */
export const SANDBOX_LABEL = 'org.erp-change-gate.sandbox'

/** Reads which sandboxes there are. `folder` is the one that holds `sandboxes.json`. */
export async function readSandboxes(folder: string): Promise<Readonly<Record<string, SandboxImage>>> {
  const file = join(folder, 'sandboxes.json')
  const text = await readTextFile(file, 'Run change-gate from the folder that holds ci/sandbox.')
  const result = z.record(z.string(), SandboxImage).safeParse(JSON.parse(text))
  if (result.success) return result.data
  throw new GateError('json-invalid', `${file}: ${result.error.issues[0]?.message ?? 'not valid'}.`, {
    hint: 'Mend the file.',
  })
}

/**
 * Starts a sandbox and waits until it answers; builds its image first when it is missing. Throws `docker-missing`,
 * `plug-in-unknown` for an unknown name, or `sandbox-build-failed`.
 */
export async function startSandbox(
  name: string,
  folder: string,
  options: Readonly<{
    keep?: boolean
    /** Under which name `removeSandboxes` finds it; the sandbox's own unless given. */
    label?: string
    onProgress?: (line: string) => void
  }> = {},
): Promise<RunningSandbox> {
  const sandboxes = await readSandboxes(folder)
  const sandbox = sandboxes[name]
  if (sandbox === undefined) {
    throw new GateError('plug-in-unknown', `There is no sandbox "${name}".`, {
      hint: `Choose one of: ${Object.keys(sandboxes).sort().join(', ')}.`,
    })
  }
  await requireDocker()
  const built = await execa('docker', ['image', 'inspect', sandbox.image], { reject: false })
  if (built.exitCode !== 0) await build(name, folder, options.onProgress)
  // Ryuk's image needs a registry; the gate stops its containers itself, and `sandbox down` removes what a crash left.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
  // Loaded here, because it takes longer to load than a whole run against the mocked API.
  const { GenericContainer, Wait } = await import('testcontainers')
  let container: StartedTestContainer
  try {
    container = await new GenericContainer(sandbox.image)
      .withExposedPorts(sandbox.port)
      .withLabels({ [SANDBOX_LABEL]: options.label ?? name })
      .withWaitStrategy(Wait.forLogMessage(sandbox.readyLog))
      .withStartupTimeout(60_000)
      .start()
  } catch (cause) {
    throw new GateError('sandbox-build-failed', `${sandbox.image} did not start: ${messageOf(cause)}.`, {
      hint: 'Run ci/sandbox/build.sh and look at `docker logs`.',
      cause,
    })
  }
  return {
    id: container.getId().slice(0, 12),
    url: `http://${container.getHost()}:${container.getMappedPort(sandbox.port)}`,
    database: sandbox.database,
    user: sandbox.user,
    password: sandbox.password,
    stop: async () => {
      if (options.keep) return
      // A container that somebody else has removed is as gone as one that we stop.
      await container.stop().catch((error: unknown) => {
        if (!/already in progress|no such container/i.test(messageOf(error))) throw error
      })
    },
  }
}

/** Removes every container that the gate started under a name; returns how many. Throws `docker-missing`. */
export async function removeSandboxes(name: string): Promise<number> {
  await requireDocker()
  const { stdout } = await execa('docker', ['ps', '-aq', '--filter', `label=${SANDBOX_LABEL}=${name}`])
  const ids = stdout.split('\n').filter((id) => id !== '')
  if (ids.length > 0) await execa('docker', ['rm', '-f', '-v', ...ids])
  return ids.length
}

/** Whether a Docker engine answers. */
export async function hasDocker(): Promise<boolean> {
  const result = await execa('docker', ['info'], { reject: false, timeout: 20_000 })
  return result.exitCode === 0
}

async function requireDocker(): Promise<void> {
  if (await hasDocker()) return
  throw new GateError('docker-missing', 'No Docker engine answers, and a sandbox container was asked for.', {
    hint: 'Start Docker, or use --target mock, or name a sandbox with --target URL.',
  })
}

async function build(name: string, folder: string, onProgress?: (line: string) => void): Promise<void> {
  const script = join(folder, 'build.sh')
  if (!existsSync(script)) {
    throw new GateError('sandbox-build-failed', `${script} is missing.`, { hint: 'Restore it from version control.' })
  }
  onProgress?.(`building the image of ${name}, which takes about a minute once`)
  const result = await execa('bash', [script, name], { reject: false, all: true })
  if (result.exitCode === 0) return
  throw new GateError(
    'sandbox-build-failed',
    `The image of ${name} could not be built:\n${result.all?.slice(-1500) ?? ''}`,
    {
      hint: 'Run ci/sandbox/build.sh to see all of its output.',
    },
  )
}
