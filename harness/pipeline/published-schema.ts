import { z } from 'zod'
import { GateError } from '../base/errors.ts'
import { ChangeAssessment } from '../model/assessment.ts'
import { Change, Waivers } from '../model/change.ts'
import { Integration } from '../model/integration.ts'
import { FieldMapping } from '../model/mapping.ts'

const WRITTEN_BY_PEOPLE = { integration: Integration, mapping: FieldMapping, change: Change, waivers: Waivers }

/**
 * The JSON Schema of a file that people write, for completion in an editor, or of the assessment that the gate writes, for those
 * who read it. Throws `plug-in-unknown` for another name.
 */
export function schemaOf(name: string): string {
  if (name === 'assessment') return JSON.stringify(z.toJSONSchema(ChangeAssessment, { io: 'output' }), undefined, 2)
  const found = Object.entries(WRITTEN_BY_PEOPLE).find(([known]) => known === name)
  if (found === undefined) {
    throw new GateError('plug-in-unknown', `There is no file "${name}".`, {
      hint: `Choose one of: ${[...Object.keys(WRITTEN_BY_PEOPLE), 'assessment'].join(', ')}.`,
    })
  }
  return JSON.stringify(z.toJSONSchema(found[1], { io: 'input' }), undefined, 2)
}
