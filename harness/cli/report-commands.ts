import type { Command } from 'commander'
import { renderStored } from '../pipeline/render.ts'
import { print } from './terminal.ts'

/** Adds the commands that read what a run left. */
export function addReportCommands(program: Command): void {
  program
    .command('report <assessment>')
    .description('Render a stored assessment.json with the reporters of this version.')
    .requiredOption('--format <id>', 'reporter, such as html, markdown, junit or sarif; a wrong id lists them all')
    .option('--out <file>', 'file to write, instead of printing')
    .action(async (assessment: string, options: { format: string; out?: string }) => {
      const text = await renderStored({ assessment, ...options })
      print(options.out ?? text.replace(/\n$/, ''))
    })
}
