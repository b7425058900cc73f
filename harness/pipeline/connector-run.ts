import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GateError } from '../base/errors.ts'
import { writeTextFile } from '../base/files.ts'
import { writeJson } from '../base/json.ts'
import { filled, parseCommand } from '../connector/command.ts'
import { type Gateway, startGateway } from '../connector/gateway.ts'
import type { GivenInvoice, GivenInvoices } from '../connector/invoices.ts'
import { type Leak, leaksIn, masked } from '../connector/masking.ts'
import { type Ended, type Launch, runProcess } from '../connector/process.ts'
import { readResults } from '../connector/results.ts'
import type { ConnectorRun } from '../model/connector.ts'
import type { Difference } from '../model/difference.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { Reported } from '../ports/connector.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { FailureAction } from '../ports/failure.ts'
import type { Watch } from '../replay/watch.ts'
import { SecretsSeen, withoutSecrets } from './connector-secrets.ts'
import type { OpenTarget } from './target.ts'

/** What one run of the connector needs. */
export type ConnectorRunOptions = Readonly<{
  config: ConnectorRun
  /** The command line, as a person wrote it. */
  command: string
  /** Folder of integration.yaml. */
  folder: string
  adapter: ErpAdapter
  access: OpenTarget['access']
  watch: Watch
  invoices: GivenInvoices
  /** Those of the invoices that the connector is given. */
  given: readonly GivenInvoice[]
  act?: (request: RecordedRequest) => Promise<FailureAction>
}>

/** What one run of the connector showed; every text is masked. */
export type ConnectorRunResult = Readonly<{
  command: string
  ended: Ended
  reported: readonly Reported[]
  leaks: readonly Leak[]
  /** A difference without the secrets of this run. */
  mask: (difference: Difference) => Difference
}>

/**
 * Runs the connector once against an ERP that is watched: its input is written, its requests pass the gateway, its output
 * is captured and masked. Throws `connector-unusable` and `usage` for what the configuration is at fault for.
 */
export async function runConnectorOnce(options: ConnectorRunOptions): Promise<ConnectorRunResult> {
  const { config, folder, access, invoices, given, watch } = options
  const scratch = await mkdtemp(join(tmpdir(), 'change-gate-connector-'))
  const secrets = new SecretsSeen(options.adapter, access.credential.password, passedOf(config))
  let gateway: Gateway | undefined
  let asked = performance.now()
  try {
    gateway = await startGateway({
      transport: access.transport,
      ...(options.act === undefined ? {} : { act: options.act }),
      onAnswered: async (interaction) => {
        asked = performance.now()
        secrets.see(interaction)
        await watch.answered(interaction)
      },
      onLost: (code, message, request) => watch.lost(code, message, `${request.method} ${request.path}`),
    })
    const invoicesText = `${writeJson(invoices.fileWith(given))}\n`
    const files = { invoices: join(scratch, 'invoices.json'), results: join(scratch, 'results.json') }
    const values = {
      'erp-url': gateway.url,
      'erp-database': access.database,
      'erp-user': access.credential.user,
      'erp-password': access.credential.password,
      'invoices-json': invoicesText,
      inbox: join(scratch, 'inbox'),
      port: config.service === undefined ? '' : String(await freePort()),
      ...files,
    }
    await writeTextFile(files.invoices, invoicesText)
    await writeTextFile(join(values.inbox, '.keep'), '')
    const [program, ...words] = parseCommand(options.command)
    const args = [...words, ...config.args].map((word) => filled(word, values))
    const readReported = async (output: string): Promise<readonly Reported[]> =>
      readResults(config.results.from === 'stdout' ? output : await textOf(files.results), config.results)
    const ended = await runProcess({
      program,
      args,
      folder: config['working-folder'] === undefined ? process.cwd() : join(folder, config['working-folder']),
      env: environmentOf(config, values),
      ...(config.stdin === undefined ? {} : { stdin: filled(config.stdin, values) }),
      timeLimitMs: config['time-limit-seconds'] * 1000,
      ...(config.service === undefined
        ? {}
        : {
            service: serviceOf(config.service, values, given, async (output) => {
              const isAll = (await readReported(output)).length >= given.length
              return isAll || performance.now() - asked > (config.service?.['quiet-seconds'] ?? 0) * 1000
            }),
          }),
    })
    await watch.settled()
    const known = secrets.all()
    const at = gateway.url
    // Ports and folders differ from run to run, and say nothing.
    const shown = (text: string) => masked(text, known).replaceAll(at, '{erp-url}').replaceAll(scratch, '{scratch}')
    const resultsText = await textOf(files.results)
    return {
      command: shown([program, ...words, ...config.args].join(' ')),
      ended: { ...ended, stdout: shown(ended.stdout), stderr: shown(ended.stderr) },
      reported: (await readReported(ended.stdout)).map((result) => ({
        ...result,
        status: shown(result.status),
        message: shown(result.message),
      })),
      leaks: [
        ...leaksIn('stdout', ended.stdout, known),
        ...leaksIn('stderr', ended.stderr, known),
        ...leaksIn('results', resultsText, known),
      ],
      mask: (difference) => withoutSecrets(difference, known),
    }
  } finally {
    await gateway?.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The environment of the connector: what is allowed of the gate's own, and what integration.yaml sets. */
function environmentOf(config: ConnectorRun, values: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(config.env).map(([name, template]) => [name, filled(template, values)] as const)
  return Object.fromEntries([...passedOf(config), ...own])
}

/** What the connector is given of the gate's own environment. */
function passedOf(config: ConnectorRun): readonly (readonly [name: string, value: string])[] {
  return config['pass-env'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
}

/** A connector that goes on running: how it is asked whether it is ready, and how it is told to export. */
function serviceOf(
  service: NonNullable<ConnectorRun['service']>,
  values: Readonly<Record<string, string>>,
  given: readonly GivenInvoice[],
  isDone: (output: string) => Promise<boolean>,
): NonNullable<Launch['service']> {
  const { ready, request, folder } = service
  return {
    isReady: async (output) =>
      'output' in ready ? output.includes(ready.output) : isAnswering(filled(ready.url, values)),
    start: async () => {
      if (folder !== undefined) {
        for (const { id, content } of given) {
          const name = `${id.replace(/[^\w.-]/g, '_')}.json`
          await writeTextFile(join(filled(folder, values), name), `${writeJson(content)}\n`)
        }
      }
      if (request === undefined) return
      const headers = Object.entries(request.headers).map(([name, text]) => [name, filled(text, values)] as const)
      // Its answer may come only when the export is done, and what it says of invoices is read from the results.
      void fetch(filled(request.url, values), {
        method: request.method,
        headers: Object.fromEntries(headers),
        ...(request.body === undefined ? {} : { body: filled(request.body, values) }),
      }).catch(() => undefined)
      await sleep(0)
    },
    isDone,
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status < 400
  } catch {
    return false
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    // A connector that wrote no results has reported nothing, and that is told invoice by invoice.
    return ''
  }
}

/** A port that is free now, for a connector that listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address === 'object' && address !== null) return address.port
  throw new GateError('internal', 'No port of this machine is free.', { hint: 'Close what listens on them.' })
}
