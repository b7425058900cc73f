import { type Command, InvalidArgumentError, Option } from 'commander'
import { GateError } from '../base/errors.ts'
import { subjectDigest } from '../pipeline/decision.ts'
import { diffAndRender, STRUCTURE_FORMATS, type StructureFormat } from '../pipeline/diff-command.ts'
import { drill, isPassed, scoreText } from '../pipeline/drill.ts'
import { keepScore } from '../pipeline/drill-score.ts'
import { learnNoiseOf } from '../pipeline/noise.ts'
import { importNotes } from '../pipeline/notes-import.ts'
import { schemaOf } from '../pipeline/published-schema.ts'
import { snapshotFromSchema } from '../pipeline/published-snapshot.ts'
import { exitOfVerdict, mergeAndReport, type ReportedRun, runAndReport } from '../pipeline/report.ts'
import { rehearseAndRender, rollbackText } from '../pipeline/rollback.ts'
import { sandboxDown, sandboxUp } from '../pipeline/sandbox.ts'
import { serveSnapshot } from '../pipeline/serve.ts'
import { parseShard, runShard } from '../pipeline/shards.ts'
import { captureSnapshot } from '../pipeline/snapshot.ts'
import { addDecisionCommands } from './decision-commands.ts'
import { addInitCommand } from './init-command.ts'
import { addPlanCommands } from './plan-commands.ts'
import { addReportCommands } from './report-commands.ts'
import { colored, note, print, progress } from './terminal.ts'

const SIGNS = '\nSigns the decision when CHANGE_GATE_SIGNING_KEY names a key that change-gate keygen made.'

/** Adds every command to the program. */
export function addCommands(program: Command): void {
  program
    .command('run <change>')
    .description('Rehearse a change request: replay, compare, decide, and write the report. Exits by the verdict.')
    .option('--target <target>', 'mock, container, container:NAME or the URL of a sandbox', 'mock')
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .option('--reports <folder>', 'folder to write reports into', 'reports')
    .option('--fail-on <verdict>', 'conditional: exit 1 on conditional too', failOn)
    .option('--concurrency <count>', 'suppliers to replay at the same time', count)
    .option('--rate <requests>', 'requests per second at most, such as 20 or 20/s', rate)
    .option('--resume', 'go on with a run that was cut off, from its journal')
    .option('--shard <part>', 'replay one part, such as 2/8 or auto, and write an evidence pack; see merge')
    .option('--subject <subject>', 'build of the connector, NAME=sha256:…; needed to sign the decision')
    .option('--environment <environment>', 'environment that the decision is for, as integration.yaml names it')
    .option('--connector <command>', 'for a connector release: the command that runs the connector, without a shell')
    .option(
      '--erp-release <releases>',
      'for a connector release: releases of the ERP to run it against, such as 6.0,7.0; that in production unless given',
      idList,
    )
    .option(
      '--fail-well <ids>',
      'for a connector release: failures of the ERP to try it with, such as bridge-offline; or none',
      idList,
    )
    .addHelpText('after', SIGNS)
    .action(async (change: string, options: Omit<RunFlags, 'erpRelease'> & { erpRelease?: readonly string[] }) => {
      const statuses: (0 | 1 | 3)[] = []
      for (const release of options.erpRelease ?? [undefined]) {
        statuses.push(await run(change, { ...options, erpRelease: release }, process.env.CHANGE_GATE_SIGNING_KEY))
      }
      // The worst counts: what is broken outweighs what could not be told.
      process.exitCode = statuses.find((status) => status === 1) ?? statuses.find((status) => status === 3) ?? 0
    })

  program
    .command('merge <packs...>')
    .description('Decide once from the evidence packs of all shards, and write the report. Exits by the verdict.')
    .option('--change <folder>', 'folder of the change request; where the packs say unless given')
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .option('--reports <folder>', 'folder to write reports into', 'reports')
    .option('--fail-on <verdict>', 'conditional: exit 1 on conditional too', failOn)
    .option('--subject <subject>', 'build of the connector, NAME=sha256:…; needed to sign the decision')
    .option('--environment <environment>', 'environment that the decision is for, as integration.yaml names it')
    .addHelpText('after', SIGNS)
    .action(async (packs: string[], options: MergeFlags) => {
      const { failOn: stricter, subject, ...rest } = options
      const digest = subject === undefined ? {} : { connectorDigest: subjectDigest(subject) }
      const signing = signingOf(options, process.env.CHANGE_GATE_SIGNING_KEY)
      const result = await mergeAndReport({ packs, ...rest, ...digest }, signing)
      printResult(result)
      process.exitCode = exitOfVerdict(result.verdict, stricter === 'conditional')
    })

  program
    .command('demo')
    .description(
      'Rehearse the sample update with the mocked API. Exits 0 when the rehearsal completed, whatever the verdict.',
    )
    .action(async () => {
      const change = 'scenarios/tryton-ap/changes/erp-7.0'
      const status = await run(change, { target: 'mock', snapshots: 'snapshots', reports: 'reports' })
      print(`\nThe rehearsal completed. \`change-gate run ${change}\` exits ${status} for this verdict.`)
    })

  program
    .command('drill <scenario>')
    .description(
      'Test the gate itself: put one defect after the other into the virtual ERP of the release in production, and count what the gate catches.',
    )
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .option('--only <mutants...>', 'ids of the mutants to run; the score is then not kept')
    .action(async (scenario: string, options: DrillFlags) => {
      process.exitCode = await drillGate(scenario, options)
    })

  program
    .command('noise <scenario>')
    .description('Learn what differs between two replays against the release in production, and write noise.yaml.')
    .option('--target <target>', 'mock, container, container:NAME or the URL of a sandbox', 'mock')
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .option('--reports <folder>', 'folder to keep journals of a sandbox in', 'reports')
    .action(learn)

  program
    .command('record')
    .description('Record what a connector exports: a reverse proxy in front of the ERP, sanitized when it stops.')
    .requiredOption('--upstream <url>', 'where the ERP answers')
    .requiredOption('--listen <port>', 'port of this machine to listen on', port)
    .requiredOption('--out <file>', 'recording to write, such as scenarios/NAME/recordings/2026-10.ndjson')
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .option('--dry-run', 'print what would be removed or replaced, and write nothing')
    .option('--forward', 'listen as a forward proxy, for a connector that keeps its URL and takes HTTPS_PROXY')
    .action(record)

  program
    .command('import <file>')
    .description('Make a recording of traffic in a HAR, nock, WireMock, Postman or own file, sanitized on the way in.')
    .requiredOption('--out <file>', 'recording to write, such as scenarios/NAME/recordings/2026-10.ndjson')
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .option('--upstream <url>', 'where the ERP answered, when the file holds traffic to others too')
    .option('--release <release>', 'release of the ERP, when the traffic does not tell')
    .option('--dry-run', 'print what would be removed or replaced, and write nothing')
    .action(async (file: string, options: Readonly<{ out: string; scenario: string; dryRun?: true }>) => {
      const { importTraffic } = await import('../pipeline/import.ts')
      const imported = await importTraffic({ file, ...options })
      const { format, interactions, sanitizing, wasSanitized, notes, changes } = imported
      if (options.dryRun) printChanges(changes)
      const nothing = options.dryRun ? ', nothing was written' : ''
      print(`${options.out}: ${interactions} interactions from ${format}${nothing}`)
      const counts = sanitizing.map(({ rule, count }) => `${rule} ${count}`).join(', ')
      print(wasSanitized ? 'the same recording, sanitized when it was recorded' : `sanitized: ${counts}`)
      for (const line of notes) print(`note: ${line}`)
    })

  program
    .command('export <recording>')
    .description('Write a recording in a format that other tools read.')
    .addOption(new Option('--format <format>', 'format to write').choices(['har']).default('har'))
    .requiredOption('--out <file>', 'file to write, such as traffic.har')
    .action(async (recording: string, { out }: Readonly<{ out: string }>) => {
      const { exportRecording } = await import('../pipeline/import.ts')
      print(`${out}: ${await exportRecording({ recording, out })} entries`)
    })

  program
    .command('snapshot')
    .description(
      'Capture what a release exposes and how it stores the recorded invoices: from a proven sandbox, or from what is published.',
    )
    .option('--target <target>', 'container:NAME or the URL of a sandbox')
    .option('--schema <file>', 'published schema, for an ERP without a sandbox; the evidence is then no more than that')
    .option('--values <file>', 'with --schema: YAML with the rows of each value list; recorded look-ups without it')
    .option('--release <release>', 'with --schema: the release, when the file does not say it as change requests do')
    .requiredOption('--out <folder>', 'snapshot to write, such as snapshots/tryton-7.0')
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .option('--baseline <folder>', 'snapshot of the recorded release, when this is another one')
    .action(snapshot)

  program
    .command('serve <snapshot>')
    .description('Serve the virtual ERP of a snapshot over HTTP, for a connector to be pointed at; stop with Ctrl-C.')
    .requiredOption('--listen <port>', 'port of this machine to listen on', port)
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .action(serve)

  program
    .command('diff <old> <new>')
    .description(
      'Compare what two releases publish: schema files of any known format, recordings, or snapshot folders.',
    )
    .option('--recording <file>', 'recorded exports, to tell which changes touch them')
    .addOption(
      new Option('--direction <direction>', 'what to compare').choices(['send', 'read', 'both']).default('both'),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(STRUCTURE_FORMATS).default('text'))
    .addHelpText(
      'after',
      '\nExits 0 when everything is compatible, 1 when something breaks, 3 when something could not be compared.',
    )
    .action(async (oldPath: string, newPath: string, options: DiffFlags) => {
      const { text, status } = await diffAndRender({ oldPath, newPath, ...options })
      print(text.trimEnd())
      process.exitCode = status
    })

  addInitCommand(program)
  addPlanCommands(program)
  addReportCommands(program)
  addDecisionCommands(program)

  program
    .command('rollback <change>')
    .description(
      'Print the way back of a change request, step by step; or perform it, time it and prove that it works.',
    )
    .option('--rehearse', 'perform it: baseline, candidate, baseline again, and compare')
    .addOption(
      new Option('--target <target>', 'where to rehearse it: the mocked API or sandbox containers')
        .choices(['mock', 'container'])
        .default('mock'),
    )
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .addHelpText(
      'after',
      '\nExits 0 when it is printed or proven, 1 when the rehearsal did not bring the baseline back.',
    )
    .action(async (change: string, options: RollbackFlags) => {
      process.exitCode = options.rehearse ? await rehearse(change, options) : await printRollback(change, options)
    })

  program
    .command('notes')
    .description('Work with release notes.')
    .command('import <file...>')
    .description(
      'Draft entries of change.yaml from release notes: Markdown, HTML, CHANGELOG, conventional commits, OpenUpgrade, Business Central, or two published schemas, old and new.',
    )
    .option('--change <folder>', 'change request, to tell which statements touch what you use')
    .addOption(
      new Option('--from <lane>', 'who wrote them').choices(['erp-publisher', 'ap-vendor']).default('erp-publisher'),
    )
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .option('--out <file>', 'new file to write; without it the YAML is printed')
    .action(async (files: string[], options: NotesFlags) => {
      const imported = await importNotes({ files, ...options, change: options.change, out: options.out })
      print(options.out === undefined ? imported.yaml.trimEnd() : `written ${options.out}`)
      for (const { file, format, statements, otherLines } of imported.files) {
        const others = Object.entries(otherLines).map(([what, count]) => `${count} ${what}`)
        note(
          `${file} (${format}): ${statements} statements${others.length === 0 ? '' : `; other lines: ${others.join(', ')}`}`,
        )
      }
      const { statements, drafted, touching } = imported
      note(
        `${statements} entries, all undecided; ${drafted} with a drafted expectation, ${touching} touch what you use`,
      )
    })

  program
    .command('schema <file>')
    .description(
      'Print the JSON Schema of a file that you write (integration, mapping, change or waivers), or of assessment.json.',
    )
    .action((file: string) => print(schemaOf(file)))

  const sandbox = program.command('sandbox').description('Start or remove a sandbox ERP in a container.')
  sandbox
    .command('up <name>')
    .description('Start a sandbox, such as tryton-7.0, and print where it answers.')
    .action(async (name: string) => {
      const running = await sandboxUp(name, note)
      print(`url       ${running.url}`)
      print(`database  ${running.database}`)
      print(`user      ${running.user}`)
      print(`password  ${running.password}`)
      print(`container ${running.id}   (remove it with: change-gate sandbox down ${name})`)
    })
  sandbox
    .command('down <name>')
    .description('Remove every container of a sandbox that the gate started.')
    .action(async (name: string) => {
      const removed = await sandboxDown(name)
      print(`${name}: ${removed} container${removed === 1 ? '' : 's'} removed`)
    })
}

type RunFlags = Readonly<{
  target: string
  snapshots: string
  reports: string
  failOn?: 'conditional'
  concurrency?: number
  rate?: number
  resume?: true
  shard?: string
  subject?: string
  environment?: string
  connector?: string
  erpRelease?: string | undefined
  failWell?: readonly string[]
}>

async function learn(scenario: string, options: { target: string; snapshots: string; reports: string }): Promise<void> {
  const bar = progress('learning')
  try {
    const { noise, file } = await learnNoiseOf({ ...options, scenario, onStage: note, onProgress: bar.update })
    bar.stop()
    for (const { resource, pointer, kind, reason } of noise.noise)
      print(`noise    ${resource} ${pointer} ${kind}: ${reason}`)
    for (const { resource, pointer, kind, seen, because } of noise.refused)
      print(`refused  ${resource} ${pointer} ${kind}, seen ${seen} times: ${because}`)
    print(`${file}: ${noise.noise.length} rules, ${noise.refused.length} refused`)
  } finally {
    bar.stop()
  }
}

type DrillFlags = Readonly<{ snapshots: string; only?: readonly string[] }>

/** Drills the gate, prints its score, and returns 0 when it caught what it could catch and raised nothing else. */
async function drillGate(scenario: string, flags: DrillFlags): Promise<0 | 1> {
  const bar = progress('drill', 'mutants')
  try {
    const { score, results } = await drill({ ...flags, scenario, onProgress: bar.update })
    bar.stop()
    print(scoreText(score, results.length))
    if (flags.only === undefined) print(`\nscore  ${await keepScore(scenario, score)}`)
    return isPassed(score) ? 0 : 1
  } finally {
    bar.stop()
  }
}

type MergeFlags = Readonly<{
  change?: string
  snapshots: string
  reports: string
  failOn?: 'conditional'
  subject?: string
  environment?: string
}>

type DiffFlags = Readonly<{ recording?: string; direction: 'send' | 'read' | 'both'; format: StructureFormat }>

/** Runs a change, prints the summary, and returns the exit status that follows from the verdict. */
async function run(change: string, flags: RunFlags, keyFile?: string): Promise<0 | 1 | 3> {
  let title = 'starting'
  let bar = progress(title)
  const finish = () => bar.stop()
  try {
    const options = {
      changeFolder: change,
      target: flags.target,
      snapshots: flags.snapshots,
      reports: flags.reports,
      ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
      ...(flags.rate === undefined ? {} : { rate: flags.rate }),
      resume: flags.resume ?? false,
      ...(flags.environment === undefined ? {} : { environment: flags.environment }),
      ...(flags.connector === undefined ? {} : { connector: flags.connector }),
      ...(flags.failWell === undefined ? {} : { failWell: flags.failWell }),
      ...(flags.erpRelease === undefined ? {} : { erpRelease: flags.erpRelease }),
      ...(flags.subject === undefined ? {} : { connectorDigest: subjectDigest(flags.subject) }),
      onStage: (stage: string) => {
        finish()
        title = stage
        bar = progress(title)
        note(stage)
      },
      onProgress: (done: number, total: number, what: string) => bar.update(done, total, what),
    }
    if (flags.shard !== undefined) {
      const pack = await runShard({ ...options, shard: parseShard(flags.shard, process.env) })
      finish()
      print(`${pack.file}: ${pack.invoices} invoices; decide with change-gate merge once all shards are there`)
      if (pack.fault === undefined) return 0
      note(`the connection failed: ${pack.fault.message}`)
      return 3
    }
    const result = await runAndReport(options, signingOf(flags, keyFile))
    finish()
    printResult(result)
    return exitOfVerdict(result.verdict, flags.failOn === 'conditional')
  } finally {
    finish()
  }
}

function printResult({ text, html, decision }: ReportedRun): void {
  print(colored(text))
  print(`\nreport  ${html}`)
  if (decision !== undefined) print(`decision  ${decision}`)
}

/** What a decision is signed with and for; nothing is signed without a key. */
function signingOf({ subject, environment }: Pick<RunFlags, 'subject' | 'environment'>, keyFile: string | undefined) {
  return keyFile ? { by: { keyFile }, subject, environment } : undefined
}

type NotesFlags = Readonly<{ change?: string; from: 'erp-publisher' | 'ap-vendor'; snapshots: string; out?: string }>

type RollbackFlags = Readonly<{ rehearse?: true; target: 'mock' | 'container'; snapshots: string }>

async function rehearse(change: string, options: RollbackFlags): Promise<0 | 1> {
  let bar = progress('rehearsing')
  try {
    const { text, proven } = await rehearseAndRender({
      changeFolder: change,
      target: options.target,
      snapshots: options.snapshots,
      onStage: (title) => {
        bar.stop()
        note(title)
        bar = progress(title)
      },
      onProgress: (done, total, what) => bar.update(done, total, what),
    })
    bar.stop()
    print(text)
    return proven ? 0 : 1
  } finally {
    bar.stop()
  }
}

async function printRollback(change: string, options: RollbackFlags): Promise<0> {
  const bar = progress('replaying')
  try {
    const text = await rollbackText(change, options.snapshots, bar.update)
    bar.stop()
    print(text.trimEnd())
    return 0
  } finally {
    bar.stop()
  }
}

function failOn(text: string): 'conditional' {
  if (text === 'conditional') return text
  throw new InvalidArgumentError('the only verdict to name is conditional.')
}

type Imported = Awaited<ReturnType<typeof import('../pipeline/import.ts').importTraffic>>

/** Each replacement once, with how often and where it was made first. */
function printChanges(changes: Imported['changes']): void {
  const counts = new Map<string, { line: string; count: number }>()
  for (const { rule, at, was, becomes } of changes) {
    const key = `${rule} ${was} ${becomes}`
    const known = counts.get(key) ?? { line: `${rule}  ${was} → ${becomes}  at ${at}`, count: 0 }
    counts.set(key, { ...known, count: known.count + 1 })
  }
  for (const { line, count: times } of counts.values()) print(`${line}${times === 1 ? '' : ` and ${times - 1} more`}`)
}

type RecordFlags = Readonly<{
  upstream: string
  listen: number
  out: string
  scenario: string
  forward?: true
  dryRun?: true
}>

async function record(options: RecordFlags): Promise<void> {
  let told = 0
  const { startRecording } = await import('../pipeline/record.ts')
  const recording = await startRecording({
    ...options,
    port: options.listen,
    onInteraction: (count) => {
      if (count - told < 100) return
      told = count
      note(`${count} interactions`)
    },
  })
  if (recording.trust === undefined) note(`recording: point the connector at ${recording.url}; stop with Ctrl-C`)
  else {
    note(`recording: start the connector with HTTPS_PROXY=${recording.url} HTTP_PROXY=${recording.url}`)
    note(`and let it trust ${recording.trust}, such as by NODE_EXTRA_CA_CERTS; stop with Ctrl-C`)
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    process.once('SIGHUP', () => resolve())
  })
  const { interactions, sanitizing, others, changes } = await recording.finish()
  if (options.dryRun) printChanges(changes)
  print(`${options.out}: ${interactions} interactions${options.dryRun ? ', nothing was written' : ''}`)
  print(`sanitized: ${sanitizing.map(({ rule, count }) => `${rule} ${count}`).join(', ')}`)
  for (const [host, count] of others) print(`not recorded: ${count} connections to ${host}`)
}

type SnapshotFlags = Readonly<{
  target?: string
  schema?: string
  values?: string
  release?: string
  out: string
  scenario: string
  baseline?: string
}>

async function snapshot(flags: SnapshotFlags): Promise<void> {
  const { target, schema, values, release, out, scenario, baseline } = flags
  if (schema !== undefined && target === undefined) {
    const meta = await snapshotFromSchema({ schema, values, out, scenario, baseline, release })
    print(`${out}: ${meta.product} ${meta.release}, ${meta.proof}`)
    return
  }
  if (target === undefined || schema !== undefined || values !== undefined || release !== undefined) {
    throw new GateError('usage', 'A snapshot is taken of a --target, or made from a --schema.', {
      hint: 'Name one of the two; --values and --release go with --schema.',
    })
  }
  const bar = progress('capturing')
  try {
    const meta = await captureSnapshot({ target, out, scenario, baseline, onProgress: bar.update, onLine: note })
    bar.stop()
    print(`${out}: ${meta.product} ${meta.build}, captured as ${meta.principal}`)
  } finally {
    bar.stop()
  }
}

async function serve(folder: string, options: Readonly<{ listen: number; scenario: string }>): Promise<void> {
  const served = await serveSnapshot({ snapshot: folder, scenario: options.scenario, port: options.listen })
  print(`url       ${served.url}`)
  print(`user      ${served.user}`)
  print(`password  ${served.password}`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  await served.close()
}

function count(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('it is a whole number from 1 to 9999.')
}

/** Ids as they are written one after the other, or `none`. */
function idList(text: string): readonly string[] {
  return text === 'none' ? [] : text.split(',').map((id) => id.trim())
}

function rate(text: string): number {
  const number = Number(text.replace(/\/s$/, ''))
  if (Number.isFinite(number) && number > 0) return number
  throw new InvalidArgumentError('it is a number of requests per second above 0, such as 20 or 0.5/s.')
}

function port(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number < 65536) return number
  throw new InvalidArgumentError('a port is a number from 0 to 65535.')
}
