import type { Command } from 'commander'
import { note, print } from './terminal.ts'

type InitFlags = Readonly<{ from: string; invoices?: string; out?: string; upstream?: string }>

/** Adds `init`. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('Draft integration.yaml and mapping.yaml of an undocumented integration from its recorded traffic.')
    .requiredOption('--from <file>', 'recorded traffic in any format that `import` reads')
    .option('--invoices <folder>', 'approved invoices as JSON, so that the mapping covers both ends')
    .option('--out <folder>', 'new folder to write; scenarios/<product>-ap unless given')
    .option('--upstream <url>', 'where the ERP answered, when the file holds traffic to others too')
    .action(async (flags: InitFlags) => {
      const { initFromTraffic } = await import('../pipeline/init.ts')
      const { folder, files, discovery } = await initFromTraffic(flags)
      const { product, documents, documentResource, lines, rows } = discovery
      for (const file of files) print(`written ${file}`)
      print(`${product.product ?? 'unknown ERP'}: ${documents} of ${documentResource} with ${lines} lines`)
      const counts = (['high', 'medium', 'low'] as const).map(
        (confidence) => `${rows.filter((row) => row.confidence === confidence).length} ${confidence}`,
      )
      const open = rows.filter(({ source }) => source === undefined).length
      print(
        `${rows.length} rows of the mapping (${counts.join(', ')}), ${open} without a field of the approved invoice`,
      )
      note(`answer ${folder}/questions.md, then change-gate import ${flags.from} --out ${folder}/recordings/…`)
    })
}
