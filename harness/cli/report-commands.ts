import { type Command, Option } from 'commander'
import { EXPECTATION_FORMATS, type ExpectationFormat, expectationsText } from '../pipeline/expectations.ts'
import { renderStored } from '../pipeline/render.ts'
import { print } from './terminal.ts'

/** Adds the commands that read what a run left, and that say what a run can be told to expect. */
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

  program
    .command('expectations')
    .description('List everything that a release note can announce, with its arguments and what proves it.')
    .addOption(new Option('--format <format>', 'how to print it').choices(EXPECTATION_FORMATS).default('text'))
    .action(async ({ format }: { format: ExpectationFormat }) => {
      print((await expectationsText(format)).replace(/\n$/, ''))
    })
}
