import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { Workspace } from '../harness/cli/testing/workspace.ts'
import { makeKeys, policyDigest } from '../harness/pipeline/decision.ts'

const ROOT = join(import.meta.dirname, '..')
const CONTROL = 'scenarios/tryton-ap/changes/control-6.0'
const DIGEST = `sha256:${'4'.repeat(64)}`
const DEPLOYED = 'Put your deploy step here.'

/** The parts of each file that its shell hangs on. No package in node_modules publishes the schemas of these services. */
const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  with: z.record(z.string(), z.unknown()).default({}),
})
const Action = z.looseObject({
  inputs: z.record(z.string(), z.looseObject({ description: z.string() })),
  runs: z.looseObject({ using: z.literal('composite'), steps: z.array(Step) }),
})
const Workflow = z.looseObject({
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.looseObject({ 'runs-on': z.string(), needs: z.string().optional(), steps: z.array(Step) }),
  ),
})
const GitLabJob = z.looseObject({
  stage: z.enum(['gate', 'deploy']),
  needs: z.array(z.string()).optional(),
  variables: z.record(z.string(), z.string()),
  script: z.array(z.string()),
})
const GitLab = z.looseObject({ 'change-gate': GitLabJob, deploy: GitLabJob })
const AzureStep = z.looseObject({
  script: z.string().optional(),
  bash: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
})
const Azure = z.looseObject({
  stages: z.tuple([
    z.looseObject({ stage: z.literal('Gate'), jobs: z.tuple([z.looseObject({ steps: z.array(AzureStep) })]) }),
    z.looseObject({
      stage: z.literal('Deploy'),
      dependsOn: z.literal('Gate'),
      jobs: z.tuple([
        z.looseObject({
          environment: z.string(),
          strategy: z.looseObject({
            runOnce: z.looseObject({ deploy: z.looseObject({ steps: z.array(AzureStep) }) }),
          }),
        }),
      ]),
    }),
  ]),
})

/** Keys that a step must bring along itself. */
const UNSET = { CHANGE_GATE_SIGNING_KEY: '', KEY: '' }

type ShellStep = Readonly<{ script: string; env: Readonly<Record<string, string>> }>
type Pipeline = Readonly<{ gate: readonly ShellStep[]; deploy: readonly ShellStep[] }>

let keys: string
let temporary: string
let policy: string
beforeAll(async () => {
  keys = await mkdtemp(join(tmpdir(), 'change-gate-ci-'))
  await makeKeys(keys)
  temporary = await mkdtemp(join(tmpdir(), 'change-gate-runner-'))
  policy = await policyDigest(join(ROOT, CONTROL))
})
afterAll(async () => {
  for (const folder of [keys, temporary]) await rm(folder, { recursive: true, force: true })
})

describe.each([
  ['GitHub', github],
  ['GitLab', gitlab],
  ['Azure Pipelines', azure],
  ['Jenkins', jenkins],
])('%s', (_name, read) => {
  test('gates, signs, publishes, verifies, and deploys what was approved and nothing else', async () => {
    const workspace = await prepared()
    try {
      const pipeline = await read()
      const gate = await shell(workspace, pipeline.gate)
      expect(gate.all).toMatch(/GO {2}CHG-0041/)
      expect(gate.status).toBe(0)
      // The signing key that the action wrote for the run is gone when it ends.
      expect(await readdir(temporary)).not.toContain('change-gate-signing-key.pem')
      expect(JSON.parse((await workspace.read(DECISION)).split('\n')[1] ?? '')).toMatchObject({
        payloadType: 'application/vnd.in-toto+json',
      })
      const approved = await shell(workspace, pipeline.deploy)
      expect(approved.all).toContain(`yes  CHG-0041 go: ${DIGEST} may go to production`)
      expect([approved.status, approved.all.includes(DEPLOYED)]).toEqual([0, true])
      const other = await shell(workspace, pipeline.deploy, { DIGEST: `sha256:${'5'.repeat(64)}` })
      expect(other.all).toContain('no  other-digest')
      expect([other.status, other.all.includes(DEPLOYED)]).toEqual([1, false])
    } finally {
      await workspace.remove()
    }
  }, 180_000)
})

const DECISION = 'reports/tryton-ap/control-6.0/decision.intoto.jsonl'

describe('the scripts', () => {
  test('a summary, annotations and the status of a no-go come out; without a key nothing is signed', async () => {
    const workspace = await prepared()
    try {
      const summary = join(workspace.folder, 'summary.md')
      const step = { script: 'bash ci/gate.sh', env: {} }
      const env = { CHANGE: 'scenarios/tryton-ap/changes/erp-7.0', CHANGE_GATE_SIGNING_KEY: '' }
      const ended = await shell(workspace, [step], {
        ...env,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_ACTIONS: 'true',
        TF_BUILD: 'True',
      })
      expect(ended.status).toBe(1)
      expect(await readFile(summary, 'utf8')).toMatch(/^## ⛔ NO-GO: CHG-0042/)
      expect(ended.all).toMatch(/^::error /m)
      expect(ended.all).toMatch(/^##vso\[task\.uploadsummary\].*markdown\.md$/m)
      expect(ended.all).not.toContain('decision.intoto.jsonl')
      const broken = await shell(workspace, [step], {
        ...env,
        TARGET: 'production',
        GITHUB_STEP_SUMMARY: `${summary}2`,
      })
      expect(broken.status).toBe(2)
      await expect(readFile(`${summary}2`)).rejects.toThrow(/ENOENT/)
    } finally {
      await workspace.remove()
    }
  }, 180_000)

  test.each(['DECISION', 'DIGEST', 'KEY', 'ENVIRONMENT', 'ERP_RELEASE', 'POLICY', 'DECISIONS'])(
    'verify asks nothing and says no when %s is not set',
    async (name) => {
      const known = {
        DECISION: 'd',
        DIGEST,
        KEY: 'k',
        ENVIRONMENT: 'e',
        ERP_RELEASE: '6.0',
        POLICY: 'p',
        DECISIONS: 'f',
      }
      const env = { ...known, [name]: '', CHANGE_GATE: 'true' }
      const { exitCode, stderr } = await execa('bash', [join(import.meta.dirname, 'verify.sh')], { env, reject: false })
      expect(exitCode).not.toBe(0)
      expect(stderr).toContain(name)
    },
  )
})

async function github(): Promise<Pipeline> {
  const action = await yaml('github/action.yml', Action)
  const workflow = await yaml('github/workflow.yml', Workflow)
  const { gate, deploy } = workflow.jobs
  if (gate === undefined || deploy === undefined) throw new Error('the workflow has a job gate and a job deploy')
  expect(deploy.needs).toBe('gate')
  const used = gate.steps.find(({ uses }) => uses === './node_modules/erp-change-gate/ci/github')
  expect(Object.keys(used?.with ?? {}).filter((name) => !(name in action.inputs))).toEqual([])
  const steps = [...action.runs.steps, ...gate.steps, ...deploy.steps]
  // Text of others that is put into a script is run by it.
  expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  const values: Record<string, string> = {
    'inputs.change': CONTROL,
    'inputs.target': 'mock',
    'inputs.subject': `connector=${DIGEST}`,
    'inputs.environment': 'production',
    'inputs.signing-key': await readFile(join(keys, 'signing-key.pem'), 'utf8'),
    'vars.ERP_RELEASE': '6.0',
    'vars.CHANGE_GATE_POLICY': policy,
    'vars.CHANGE_GATE_PUBLIC_KEY': await readFile(join(keys, 'signing-key.pub.pem'), 'utf8'),
  }
  const shellOf = (all: readonly z.infer<typeof Step>[]) =>
    all.flatMap(({ run, env }) => {
      if (run === undefined) return []
      const given = Object.entries(env).filter(([name]) => name !== 'DIGEST')
      const filled = given.map(([name, text]) => [
        name,
        text.replace(/\$\{\{ (.*?) \}\}/g, (_whole, key: string) => values[key] ?? `unknown ${key}`),
      ])
      return [{ script: run, env: { ...UNSET, ...Object.fromEntries(filled) } }]
    })
  return { gate: shellOf(action.runs.steps), deploy: shellOf(deploy.steps) }
}

async function gitlab(): Promise<Pipeline> {
  const file = await yaml('gitlab/change-gate.gitlab-ci.yml', GitLab)
  expect(file.deploy.needs).toEqual(['change-gate'])
  const shellOf = ({ script, variables }: z.infer<typeof GitLabJob>) => [{ script: script.join('\n'), env: variables }]
  return { gate: shellOf(file['change-gate']), deploy: shellOf(file.deploy) }
}

async function azure(): Promise<Pipeline> {
  const [gate, deploy] = (await yaml('azure/azure-pipelines.yml', Azure)).stages
  const shellOf = (steps: readonly z.infer<typeof AzureStep>[]) =>
    steps.flatMap(({ bash, script = bash, env }) => {
      const secure = (text: string) =>
        text
          .replace('$(signingKey.secureFilePath)', join(keys, 'signing-key.pem'))
          .replace('$(publicKey.secureFilePath)', join(keys, 'signing-key.pub.pem'))
      const filled = Object.entries(env).map(([name, text]) => [name, secure(text)])
      return script === undefined ? [] : [{ script, env: { ...UNSET, ...Object.fromEntries(filled) } }]
    })
  return { gate: shellOf(gate.jobs[0].steps), deploy: shellOf(deploy.jobs[0].strategy.runOnce.deploy.steps) }
}

/** A Jenkinsfile is Groovy, which nothing here parses: its stages and their `sh` steps are read as text. */
async function jenkins(): Promise<Pipeline> {
  const text = await readFile(join(import.meta.dirname, 'jenkins/Jenkinsfile'), 'utf8')
  expect(text.match(/[{]/g)?.length).toBe(text.match(/[}]/g)?.length)
  const [, gate = '', deploy = ''] = text.split(/stage\('(?:Gate|Deploy)'\)/)
  const env = Object.fromEntries(
    [...text.matchAll(/^ {4}([A-Z_]+) = '(.*)'$/gm)].map(([, name, value]) => [name, value]),
  )
  const shellOf = (stage: string) =>
    [...stage.matchAll(/\bsh '''(.*?)'''|\bsh '(.*?)'\n/gs)].map(([, long, short]) => ({
      script: long ?? short ?? '',
      env,
    }))
  return { gate: shellOf(gate), deploy: shellOf(deploy) }
}

async function yaml<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const document = parseDocument(await readFile(join(import.meta.dirname, file), 'utf8'), { strict: true })
  expect([...document.errors, ...document.warnings]).toEqual([])
  return schema.parse(document.toJS())
}

/** A repository that depends on the gate, with an npm that installs nothing. */
async function prepared(): Promise<Workspace> {
  const workspace = await Workspace.create()
  await workspace.edit(`${CONTROL}/change.yaml`, '2026-12-01T21:00Z', '2099-12-01T21:00Z')
  // A window that never ends lies in every close and outlives every credential; neither is what is tested here.
  const integration = 'scenarios/tryton-ap/integration.yaml'
  await workspace.edit(
    integration,
    /^calendar:\n(?: .*\n)+/m,
    'calendar: { blackouts: [], period-closes: [], payment-runs: [] }\n',
  )
  await workspace.edit(integration, /expires: 2027-03-31/, 'expires: never')
  await mkdir(join(workspace.folder, 'node_modules'))
  await symlink(ROOT, join(workspace.folder, 'node_modules/erp-change-gate'))
  await mkdir(join(workspace.folder, 'bin'))
  await writeFile(join(workspace.folder, 'bin/npm'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  return workspace
}

/** Runs steps one after the other, each as CI does; the first that fails ends it. */
async function shell(workspace: Workspace, steps: readonly ShellStep[], env: Readonly<Record<string, string>> = {}) {
  expect(steps).not.toEqual([])
  let all = ''
  for (const step of steps) {
    const ended = await execa('bash', ['-e', '-o', 'pipefail', '-c', step.script], {
      cwd: workspace.folder,
      reject: false,
      all: true,
      env: {
        PATH: `${join(workspace.folder, 'bin')}:${process.env.PATH}`,
        NO_COLOR: '1',
        CHANGE_GATE: `${process.execPath} ${join(ROOT, 'harness/cli/main.ts')}`,
        CHANGE: CONTROL,
        DIGEST,
        ERP_RELEASE: '6.0',
        POLICY: policy,
        KEY: join(keys, 'signing-key.pub.pem'),
        CHANGE_GATE_SIGNING_KEY: join(keys, 'signing-key.pem'),
        GITHUB_ACTION_PATH: join(workspace.folder, 'ci/github'),
        RUNNER_TEMP: temporary,
        ...step.env,
        ...env,
      },
    })
    all += `${ended.all}\n`
    if (ended.exitCode !== 0) return { status: ended.exitCode, all }
  }
  return { status: 0, all }
}
