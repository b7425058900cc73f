import { ErpSchema } from '../model/schema.ts'
import { defineSchemaSource } from '../ports/schema-source.ts'
import { readJson, refuse } from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'

/** A schema that was normalized before, as a snapshot keeps it. */
export default defineSchemaSource({
  title: 'Snapshot of an ERP schema',
  recognizes: (document) => topLevel(document).get('format') === 'erp-change-gate/schema',
  read: (document) => {
    const result = ErpSchema.safeParse(readJson(document))
    if (result.success) return result.data
    const issue = result.error.issues[0]
    return refuse(document, (issue?.path ?? []).map(String), issue?.message ?? 'not a schema of this version.')
  },
})
