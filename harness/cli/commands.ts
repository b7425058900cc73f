import { type Command, InvalidArgumentError } from 'commander'
import { startRecording } from '../pipeline/record.ts'
import { sandboxDown, sandboxUp } from '../pipeline/sandbox.ts'
import { captureSnapshot } from '../pipeline/snapshot.ts'
import { note, print, progress } from './terminal.ts'

/** Adds every command to the program. */
export function addCommands(program: Command): void {
  program
    .command('record')
    .description('Record what a connector exports: a reverse proxy in front of the ERP, sanitized when it stops.')
    .requiredOption('--upstream <url>', 'where the ERP answers')
    .requiredOption('--listen <port>', 'port of this machine to listen on', port)
    .requiredOption('--out <file>', 'recording to write, such as scenarios/NAME/recordings/2026-10.ndjson')
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .action(record)

  program
    .command('snapshot')
    .description('Capture what a release exposes and how it stores the recorded invoices, from a proven sandbox.')
    .requiredOption('--target <target>', 'container:NAME or the URL of a sandbox')
    .requiredOption('--out <folder>', 'snapshot to write, such as snapshots/tryton-7.0')
    .option('--scenario <folder>', 'folder of the integration', 'scenarios/tryton-ap')
    .option('--baseline <folder>', 'snapshot of the recorded release, when the target runs another one')
    .action(async (options: { target: string; out: string; scenario: string; baseline?: string }) => {
      const bar = progress('capturing')
      try {
        const meta = await captureSnapshot({
          ...options,
          baseline: options.baseline,
          onProgress: bar.update,
          onLine: note,
        })
        bar.stop()
        print(`${options.out}: ${meta.product} ${meta.build}, captured as ${meta.principal}`)
      } finally {
        bar.stop()
      }
    })

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

async function record(options: { upstream: string; listen: number; out: string; scenario: string }): Promise<void> {
  let told = 0
  const recording = await startRecording({
    ...options,
    port: options.listen,
    onInteraction: (count) => {
      if (count - told < 100) return
      told = count
      note(`${count} interactions`)
    },
  })
  note(`recording: point the connector at ${recording.url}; stop with Ctrl-C`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  const { interactions, sanitizing } = await recording.finish()
  print(`${options.out}: ${interactions} interactions`)
  print(`sanitized: ${sanitizing.map(({ rule, count }) => `${rule} ${count}`).join(', ')}`)
}

function port(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number < 65536) return number
  throw new InvalidArgumentError('a port is a number from 0 to 65535.')
}
