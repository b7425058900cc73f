import { writeTextFile } from '../base/files.ts'
import { readAssessment } from './assessment-file.ts'
import { loadPlugIn } from './registry.ts'

/** Renders a stored assessment with the reporter of this id; writes it when a file is named. Throws `plug-in-unknown`. */
export async function renderStored(
  options: Readonly<{ assessment: string; format: string; out?: string }>,
): Promise<string> {
  const reporter = await loadPlugIn('reporters', options.format)
  const text = reporter.render(await readAssessment(options.assessment))
  if (options.out !== undefined) await writeTextFile(options.out, text)
  return text
}
