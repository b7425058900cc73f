import { z } from 'zod'
import { Transform } from './plan.ts'

/** How `change-gate init` begins a place in the approved invoice that it could not know. The gate takes no such mapping. */
export const OPEN_FROM = '/?'

/** One row of the field mapping: where a value comes from, where it goes, and what is done to it on the way. */
const MappingRow = z
  .strictObject({
    /** Place in the approved invoice; `*` stands for every line. Absent where the same value is always sent. */
    from: z
      .string()
      .regex(/^\//)
      .refine((place) => !place.startsWith(OPEN_FROM), {
        message: 'nobody has said yet which field of the approved invoice this is; change-gate init left it open',
      })
      .optional(),
    /** Place in the ERP's resource; `record` tells records of one resource apart that have different sources. */
    to: z.strictObject({ resource: z.string(), field: z.string(), record: z.string().optional() }),
    direction: z.enum(['send', 'read']),
    /** In words, or as operations of a plan, one after the other. */
    transform: z.union([z.string(), z.array(z.union([z.string(), Transform]))]).optional(),
    /** The value list that resolves the value, when it is a code. */
    list: z.string().optional(),
    required: z.boolean().default(false),
  })
  .refine(({ from, transform }) => from !== undefined || operationsOf(transform).some((step) => 'add-field' in step), {
    message: 'a row without from needs a transform add-field that says what is sent',
    path: ['from'],
  })
export type MappingRow = z.infer<typeof MappingRow>

/** The field mapping of one integration, both directions. File: `mapping.yaml`. */
export const FieldMapping = z.strictObject({ fields: z.array(MappingRow).min(1) })
export type FieldMapping = z.infer<typeof FieldMapping>

/** The operations of a transform, without what is said in words. */
export function operationsOf(transform: string | readonly (string | Transform)[] | undefined): readonly Transform[] {
  if (transform === undefined || typeof transform === 'string') return []
  return transform.filter((step): step is Transform => typeof step !== 'string')
}

/** The source of a row as people read it. */
export function sourceOf({ from }: Readonly<{ from?: string | undefined }>): string {
  return from ?? 'one value for all'
}
