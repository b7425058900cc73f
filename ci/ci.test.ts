import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registerLogger, validate } from '@actions/languageservice'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { Workspace } from '../harness/cli/testing/workspace.ts'
import { makeKeys, policyDigest } from '../harness/pipeline/decision.ts'

const ROOT = join(import.meta.dirname, '..')
const CONTROL = 'scenarios/tryton-ap/changes/control-6.0'
const DECISION = 'reports/tryton-ap/control-6.0/decision.intoto.jsonl'
const DIGEST = `sha256:${'4'.repeat(64)}`
const DEPLOYED = 'Put your deploy step here.'

/** The parts of each file that its shell hangs on. */
const Step = z.looseObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  with: z.record(z.string(), z.unknown()).default({}),
})
const Action = z.looseObject({
  inputs: z.record(z.string(), z.looseObject({ description: z.string(), default: z.string().optional() })),
  runs: z.looseObject({ using: z.literal('composite'), steps: z.array(Step) }),
})
const Job = z.looseObject({ needs: z.string().optional(), if: z.string().optional(), steps: z.array(Step) })
const Workflow = z.looseObject({
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.strictObject({
    rehearse: Job.extend({
      strategy: z.strictObject({
        'fail-fast': z.literal(false),
        matrix: z.strictObject({ shard: z.array(z.int()) }),
      }),
    }),
    decide: Job.extend({ if: z.string().regex(/^\$\{\{ !cancelled\(\) \}\}$/) }),
    deploy: Job,
  }),
})
const GitLabJob = z.looseObject({
  stage: z.string(),
  needs: z.array(z.string()).default([]),
  variables: z.record(z.string(), z.string()),
  script: z.array(z.string()),
})
const GitLab = z.looseObject({
  rehearse: GitLabJob.extend({ parallel: z.int() }),
  decide: GitLabJob.extend({ when: z.literal('always') }),
  deploy: GitLabJob,
})
const AzureStep = z.looseObject({
  task: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  script: z.string().optional(),
  bash: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
})
const AzureJob = z.looseObject({ dependsOn: z.string().optional(), steps: z.array(AzureStep) })
const Azure = z.looseObject({
  stages: z.tuple([
    z.looseObject({
      stage: z.literal('Gate'),
      jobs: z.tuple([AzureJob.extend({ strategy: z.strictObject({ parallel: z.int() }) }), AzureJob]),
    }),
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

/** The shell of a service's file, job by job. */
type Pipeline = Readonly<{
  /** One job per part: its steps, the folder it keeps, and where that arrives in the job that decides. */
  rehearse: readonly Readonly<{ steps: readonly ShellStep[]; keeps: string; arrives: string }>[]
  decide: readonly ShellStep[]
  deploy: readonly ShellStep[]
}>

let keys: string
let temporary: string
let policy: string
let workspace: Workspace
beforeAll(async () => {
  keys = await mkdtemp(join(tmpdir(), 'change-gate-ci-'))
  await makeKeys(keys)
  temporary = await mkdtemp(join(tmpdir(), 'change-gate-runner-'))
  policy = await policyDigest(join(ROOT, CONTROL))
  workspace = await prepared()
})
afterAll(async () => {
  for (const folder of [keys, temporary]) await rm(folder, { recursive: true, force: true })
  await workspace.remove()
})

describe.each([
  ['GitHub', github],
  ['GitLab', gitlab],
  ['Azure Pipelines', azure],
  ['Jenkins', jenkins],
])('%s', (_name, read) => {
  test('rehearses in parts, decides once, signs, verifies, and deploys what was approved and nothing else', async () => {
    const at = (path: string) => join(workspace.folder, path)
    for (const left of ['reports', 'evidence', 'artifacts']) await rm(at(left), { recursive: true, force: true })
    const pipeline = await read()
    expect(pipeline.rehearse.length).toBe(2)
    for (const [index, { steps, keeps }] of pipeline.rehearse.entries()) {
      const part = await shell(steps)
      expect(part.all).toContain(`evidence-${index + 1}-of-2.ndjson: `)
      expect(part.status).toBe(0)
      await mkdir(at('artifacts'), { recursive: true })
      await rename(at(keeps), at(`artifacts/${index}`))
    }
    for (const [index, { arrives }] of pipeline.rehearse.entries()) {
      await cp(at(`artifacts/${index}`), at(arrives), { recursive: true })
    }
    const decided = await shell(pipeline.decide)
    expect(decided.all).toMatch(/GO {2}CHG-0041/)
    expect(decided.all).toContain('49 recorded = 49 replayed')
    expect(decided.status).toBe(0)
    // The signing key that the action wrote for the run is gone when it ends.
    expect(await readdir(temporary)).not.toContain('change-gate-signing-key.pem')
    expect(JSON.parse((await workspace.read(DECISION)).split('\n')[1] ?? '')).toMatchObject({
      payloadType: 'application/vnd.in-toto+json',
    })
    const approved = await shell(pipeline.deploy)
    expect(approved.all).toContain(`yes  CHG-0041 go: ${DIGEST} may go to production`)
    expect([approved.status, approved.all.includes(DEPLOYED)]).toEqual([0, true])
    const other = await shell(pipeline.deploy, { DIGEST: `sha256:${'5'.repeat(64)}` })
    expect(other.all).toContain('no  other-digest')
    expect([other.status, other.all.includes(DEPLOYED)]).toEqual([1, false])
  }, 180_000)
})

describe("GitHub's own language service", () => {
  // It tells only its log what it could not check.
  const unchecked: string[] = []
  const log = (text: string) => void unchecked.push(text)
  registerLogger({ error: log, warn: log, info: log, log })
  let read = 0
  const faults = async (file: string, spoil = (text: string) => text) => {
    const text = spoil(await readFile(join(import.meta.dirname, 'github', file), 'utf8'))
    // It knows an action by its name and a workflow by its folder, and reads a document of one name once.
    read += 1
    const uri = file === 'action.yml' ? `file:///${read}/${file}` : `file:///.github/workflows/${read}-${file}`
    const found = await validate(TextDocument.create(uri, 'yaml', 1, text))
    expect(unchecked).toEqual([])
    return found.map(({ message }) => message)
  }

  test.each(['action.yml', 'workflow.yml'])('finds no fault in %s', async (file) => {
    expect(await faults(file)).toEqual([])
  })

  test.each([
    ['action.yml', 'shell: bash', 'shel: bash', /Unexpected value 'shel'/],
    ['action.yml', 'inputs.shard }}', 'input.shard }}', /Unrecognized named-value: 'input'/],
    ['workflow.yml', 'runs-on:', 'run-on:', /Unexpected value 'run-on'/],
    ['workflow.yml', 'needs: rehearse', 'needs: rehearsal', /unknown job 'rehearsal'/],
    ['workflow.yml', 'matrix.shard }}/', 'matrix.part }}/', /Context access might be invalid: part/],
    ['action.yml', 'if: always()', 'if: alway()', /Unrecognized function: 'alway'/],
  ])('finds one in %s that says %s as %s', async (file, from, to, message) => {
    expect((await faults(file, (text) => text.replace(from, () => to))).join('\n')).toMatch(message)
  })
})

describe("GitLab's published schema, as gitlab-ci-local brings it", () => {
  const lint = async (spoil = (text: string) => text) => {
    const folder = await mkdtemp(join(temporary, 'gitlab-'))
    const text = await readFile(join(import.meta.dirname, 'gitlab/change-gate.gitlab-ci.yml'), 'utf8')
    await writeFile(join(folder, '.gitlab-ci.yml'), spoil(text))
    const tool = join(ROOT, 'node_modules/gitlab-ci-local/dist/index.js')
    // It reads the repository that it stands in; an empty one is enough.
    await execa('git', ['init', '--quiet', folder])
    return execa(process.execPath, [tool, '--list-csv'], { cwd: folder, reject: false, all: true })
  }

  test('takes the file, and sees the jobs in their order', async () => {
    const { exitCode, stdout, all } = await lint()
    expect([exitCode, all]).toEqual([0, expect.stringContaining('json schema validated')])
    const jobs = stdout.split('\n').filter((line) => /;"?(rehearse|decide|deploy)"?;/.test(line))
    expect(jobs.map((line) => line.split(';')[0])).toEqual(['rehearse: [1/2]', 'rehearse: [2/2]', 'decide', 'deploy'])
  })

  test('refuses a file with a word that GitLab does not know', async () => {
    const { exitCode, all } = await lint((text) => text.replace('artifacts:', 'artefacts:'))
    expect(exitCode).not.toBe(0)
    expect(all).toContain("'artefacts' property is not expected")
  })
})

describe('the scripts', () => {
  const GATE = { script: 'bash ci/gate.sh', env: {} }

  test('a summary, annotations and the status of a no-go come out; without a key nothing is signed', async () => {
    const summary = join(temporary, 'summary.md')
    const env = { CHANGE: 'scenarios/tryton-ap/changes/erp-7.0', CHANGE_GATE_SIGNING_KEY: '' }
    const ended = await shell([GATE], {
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
    const broken = await shell([GATE], { ...env, TARGET: 'production', GITHUB_STEP_SUMMARY: `${summary}2` })
    expect(broken.status).toBe(2)
    await expect(readFile(`${summary}2`)).rejects.toThrow(/ENOENT/)
  }, 180_000)

  test('nothing is decided without the evidence of every part, and no earlier decision is left', async () => {
    const part = await shell([GATE], { SHARD: '1/2', REPORTS: 'half' })
    expect([part.status, part.all.includes('decision')]).toEqual([0, false])
    await mkdir(join(workspace.folder, 'reports/tryton-ap/control-6.0'), { recursive: true })
    await workspace.write(DECISION, 'the decision of an earlier run')
    const env = { SUBJECT: `connector=${DIGEST}`, ENVIRONMENT: 'production' }
    const half = await shell([GATE], { ...env, EVIDENCE: 'half' })
    expect(half.all).toContain('error evidence-incomplete: The evidence is not complete: shard 2 of 2 is missing.')
    expect(half.status).toBe(3)
    await expect(workspace.read(DECISION)).rejects.toThrow(/ENOENT/)
    const none = await shell([GATE], { ...env, EVIDENCE: 'snapshots' })
    expect([none.status, none.all]).toEqual([3, expect.stringContaining('snapshots holds no evidence')])
  }, 60_000)

  test('verify asks by identity where a trusted root is named', async () => {
    const env = { DECISION: 'd', DIGEST, ENVIRONMENT: 'e', ERP_RELEASE: '6.0', POLICY: 'p', DECISIONS: 'f' }
    const identity = { TRUSTED_ROOT: 'root.json', IDENTITY: 'the gate', ISSUER: 'the CI', KEY: '' }
    const verify = (changes: Readonly<Record<string, string>>) =>
      execa('bash', [join(import.meta.dirname, 'verify.sh')], {
        env: { ...env, ...identity, ...changes, CHANGE_GATE: 'printf <%s>' },
        reject: false,
      })
    expect((await verify({})).stdout).toContain('<--trusted-root><root.json><--identity><the gate><--issuer><the CI>')
    for (const name of ['IDENTITY', 'ISSUER']) expect((await verify({ [name]: '' })).stderr).toContain(name)
  })

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

/** Where a part's evidence comes from and what else a runner fills in. */
const parts = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

async function github(): Promise<Pipeline> {
  const action = await yaml('github/action.yml', Action)
  const { rehearse, decide, deploy } = (await yaml('github/workflow.yml', Workflow)).jobs
  expect([decide.needs, deploy.needs, deploy.if]).toEqual(['rehearse', 'decide', undefined])
  const steps = [...action.runs.steps, ...rehearse.steps, ...decide.steps, ...deploy.steps]
  // Text of others that is put into a script is run by it.
  expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  const known: Record<string, string> = {
    'inputs.change': CONTROL,
    'inputs.digest': DIGEST,
    'secrets.CHANGE_GATE_SIGNING_KEY': await readFile(join(keys, 'signing-key.pem'), 'utf8'),
    'vars.ERP_RELEASE': '6.0',
    'vars.CHANGE_GATE_POLICY': policy,
    'vars.CHANGE_GATE_PUBLIC_KEY': await readFile(join(keys, 'signing-key.pub.pem'), 'utf8'),
  }
  const filled = (members: Readonly<Record<string, unknown>>, values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(members).map(([name, text]) => [
        name,
        String(text).replace(/\$\{\{ (.*?) \}\}/g, (_whole, key: string) => values[key] ?? `unknown ${key}`),
      ]),
    )
  /** What the action is given in a job: the job's own words, else the action's. */
  const inputsOf = (job: z.infer<typeof Job>, values: Readonly<Record<string, string>>) => {
    const used = job.steps.find(({ uses }) => uses === './node_modules/erp-change-gate/ci/github')
    const given = filled(used?.with ?? {}, values)
    expect(Object.keys(given).filter((name) => !(name in action.inputs))).toEqual([])
    const inputs = Object.entries(action.inputs).map(([name, input]) => ({
      [name]: given[name] ?? input.default ?? '',
    }))
    return Object.assign({}, ...inputs) as Record<string, string>
  }
  const shellOf = (all: readonly z.infer<typeof Step>[], values: Readonly<Record<string, string>>) =>
    all.flatMap(({ run, env: { DIGEST: _, ...env } }) =>
      run === undefined ? [] : [{ script: run, env: { ...UNSET, ...filled(env, values) } }],
    )
  const actionSteps = (inputs: Readonly<Record<string, string>>) =>
    shellOf(
      action.runs.steps,
      Object.fromEntries(Object.entries(inputs).map(([name, text]) => [`inputs.${name}`, text])),
    )
  const upload = action.runs.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))?.with
  const download = decide.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))?.with
  const { shard } = rehearse.strategy.matrix
  return {
    rehearse: shard.map((index) => {
      const values = { ...known, 'matrix.shard': String(index), 'strategy.job-total': String(shard.length) }
      const inputs = inputsOf(rehearse, values)
      // The pattern of the one is the name of the other, and each artifact arrives in a folder of its name.
      expect(inputs.artifact).toBe(String(download?.pattern).replace('*', String(index)))
      return {
        steps: actionSteps(inputs),
        keeps: String(upload?.path),
        arrives: join(String(download?.path), inputs.artifact ?? ''),
      }
    }),
    decide: actionSteps(inputsOf(decide, known)),
    deploy: shellOf(deploy.steps, known),
  }
}

async function gitlab(): Promise<Pipeline> {
  const { rehearse, decide, deploy } = await yaml('gitlab/change-gate.gitlab-ci.yml', GitLab)
  expect([decide.needs, deploy.needs]).toEqual([['rehearse'], ['decide']])
  const shellOf = ({ script, variables }: z.infer<typeof GitLabJob>, more: Readonly<Record<string, string>> = {}) => [
    { script: script.join('\n'), env: { ...variables, ...more } },
  ]
  const total = String(rehearse.parallel)
  return {
    rehearse: parts(rehearse.parallel).map((index) => ({
      steps: shellOf(rehearse, { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: total }),
      keeps: 'evidence',
      arrives: 'evidence',
    })),
    decide: shellOf(decide),
    deploy: shellOf(deploy),
  }
}

async function azure(): Promise<Pipeline> {
  const [gate, deploy] = (await yaml('azure/azure-pipelines.yml', Azure)).stages
  const [rehearse, decide] = gate.jobs
  expect(decide.dependsOn).toBe('rehearse')
  const shellOf = (steps: readonly z.infer<typeof AzureStep>[], index = '') =>
    steps.flatMap(({ bash, script = bash, env }) => {
      const known = (text: string) =>
        text
          .replace('$(signingKey.secureFilePath)', join(keys, 'signing-key.pem'))
          .replace('$(publicKey.secureFilePath)', join(keys, 'signing-key.pub.pem'))
          .replace('$(System.JobPositionInPhase)', index)
          .replace('$(System.TotalJobsInPhase)', String(rehearse.strategy.parallel))
      const filled = Object.entries(env).map(([name, text]) => [name, known(text)])
      return script === undefined ? [] : [{ script, env: { ...UNSET, ...Object.fromEntries(filled) } }]
    })
  const taskOf = (job: z.infer<typeof AzureJob>, name: string) =>
    job.steps.find(({ task }) => task?.startsWith(`${name}@`))?.inputs
  const published = taskOf(rehearse, 'PublishPipelineArtifact')
  const downloaded = taskOf(decide, 'DownloadPipelineArtifact')
  expect([published?.artifact, downloaded?.patterns]).toEqual([
    'evidence-$(System.JobPositionInPhase)',
    'evidence-*/**',
  ])
  return {
    rehearse: parts(rehearse.strategy.parallel).map((index) => ({
      steps: shellOf(rehearse.steps, String(index)),
      keeps: String(published?.targetPath),
      arrives: join(String(downloaded?.path), `evidence-${index}`),
    })),
    decide: shellOf(decide.steps),
    deploy: shellOf(deploy.jobs[0].strategy.runOnce.deploy.steps),
  }
}

/** A Jenkinsfile is Groovy, which nothing here parses: its stages and their `sh` steps are read as text. */
async function jenkins(): Promise<Pipeline> {
  const text = await readFile(join(import.meta.dirname, 'jenkins/Jenkinsfile'), 'utf8')
  expect(text.match(/[{]/g)?.length).toBe(text.match(/[}]/g)?.length)
  const [, rehearse = '', decide = '', deploy = ''] = text.split(/stage\('(?:Rehearse|Decide|Deploy)'\)/)
  const env = Object.fromEntries(
    [...text.matchAll(/^ {4}([A-Z_]+) = '(.*)'$/gm)].map(([, name, value]) => [name, value]),
  )
  const shellOf = (stage: string, more: Readonly<Record<string, string>> = {}) =>
    [...stage.matchAll(/\bsh '''(.*?)'''|\bsh '(.*?)'\n/gs)].map(([, long, short]) => ({
      script: long ?? short ?? '',
      env: { ...env, ...more },
    }))
  const [, values = ''] = /name 'PART'\n +values (.*)\n/.exec(rehearse) ?? []
  const indexes = [...values.matchAll(/'(\d+)'/g)].map(([, index = '']) => index)
  const [, stash = '', kept = ''] =
    /stash allowEmpty: true, name: "(.*?)", includes: '(.*?)\/\*\*'/.exec(rehearse) ?? []
  const unstashed = [...decide.matchAll(/unstash '(.*?)'/g)].map(([, name]) => name)
  expect(unstashed).toEqual(indexes.map((index) => stash.replace(/\$\{PART\}/, index)))
  return {
    rehearse: indexes.map((index) => ({ steps: shellOf(rehearse, { PART: index }), keeps: kept, arrives: kept })),
    decide: shellOf(decide),
    deploy: shellOf(deploy),
  }
}

async function yaml<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const document = parseDocument(await readFile(join(import.meta.dirname, file), 'utf8'), { strict: true })
  expect([...document.errors, ...document.warnings]).toEqual([])
  return schema.parse(document.toJS())
}

/**
 * How the tests call the gate. A part is replayed for the first service that asks, and the others get the same evidence:
 * every file's shell is run to its end, and the same question is not answered four times.
 */
const CHANGE_GATE = `#!/usr/bin/env bash
gate=("${process.execPath}" "${join(ROOT, 'harness/cli/main.ts')}")
if [ "$1 $5 $7" != 'run --reports --shard' ]; then exec "\${gate[@]}" "$@"; fi
once="$(dirname "$0")/once-$(tr / - <<<"$8")"
if [ ! -d "$once" ]; then
  "\${gate[@]}" "$@" >"$once.txt" || exit
  mkdir "$once" && cp -r "$6/tryton-ap" "$once"
fi
mkdir -p "$6" && cp -r "$once/tryton-ap" "$6"
cat "$once.txt"
`

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
  await writeFile(join(workspace.folder, 'bin/change-gate'), CHANGE_GATE, { mode: 0o755 })
  return workspace
}

/** Runs steps one after the other, each as CI does; the first that fails ends it. */
async function shell(steps: readonly ShellStep[], env: Readonly<Record<string, string>> = {}) {
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
        CHANGE_GATE: join(workspace.folder, 'bin/change-gate'),
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
