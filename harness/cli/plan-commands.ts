import type { Command } from 'commander'
import { planDiff, planText } from '../pipeline/plan-command.ts'
import { note, print } from './terminal.ts'

/** Adds the commands about the plan of a change request. */
export function addPlanCommands(program: Command): void {
  program
    .command('plan <change>')
    .description('Print what the plan of a change request does, and what in it does nothing or lacks a recorded value.')
    .option('--diff', 'print the change to make in mapping.yaml, as a unified diff')
    .option('--snapshots <folder>', 'folder of the snapshots', 'snapshots')
    .addHelpText('after', '\nExits 0 when the plan does what it says, 1 when not.')
    .action(async (change: string, options: Readonly<{ diff?: true; snapshots: string }>) => {
      if (options.diff) {
        const { diff, outside } = await planDiff(change)
        for (const sentence of outside) note(`not in mapping.yaml: ${sentence}`)
        print(diff.trimEnd())
        return
      }
      const { text, isFaulty } = await planText(change, options.snapshots)
      print(text)
      process.exitCode = isFaulty ? 1 : 0
    })
}
