import { Command, CommanderError } from 'commander'
import { GateError, messageOf } from '../base/errors.ts'
import { addCommands } from './commands.ts'
import { print, printError } from './terminal.ts'

const program = new Command()
  .name('change-gate')
  .description('Rehearses an ERP or AP-connector release before production and says go or no-go.')
  .exitOverride()
  .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: () => undefined })
  .showHelpAfterError(false)

addCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitOf(error)
}

/** Says what went wrong and what to do, without a stack, and tells the exit status. */
function exitOf(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    printError('usage', error.message.replace(/^error: /, ''), 'Run change-gate --help, or change-gate COMMAND --help.')
    return 2
  }
  if (error instanceof GateError) {
    printError(error.code, error.message, error.hint)
    return error.exit
  }
  printError('internal', messageOf(error), 'This is a defect of erp-change-gate. Set CHANGE_GATE_DEBUG=1 to see where.')
  if (process.env.CHANGE_GATE_DEBUG && error instanceof Error) print(error.stack ?? '')
  return 3
}
