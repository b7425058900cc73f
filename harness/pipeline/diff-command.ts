import {
  renderStructureReport,
  STRUCTURE_FORMATS,
  type StructureFormat,
} from '../reporters/rendering/structure-diff.ts'
import { type DiffOptions, diffSchemas } from './diff.ts'

export { STRUCTURE_FORMATS, type StructureFormat }

/**
 * Compares two published schemas and renders the answer. The status is 0 when everything is compatible, 1 when something
 * breaks, and 3 when something could not be compared: unknown is never safe.
 */
export async function diffAndRender(
  options: DiffOptions & Readonly<{ format: StructureFormat }>,
): Promise<Readonly<{ text: string; status: 0 | 1 | 3 }>> {
  const report = await diffSchemas(options)
  const status = report.counts.breaking > 0 ? 1 : report.counts.unknown > 0 ? 3 : 0
  return { text: renderStructureReport(report, options.format), status }
}
