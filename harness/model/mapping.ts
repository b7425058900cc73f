import { z } from 'zod'

/** How `change-gate init` begins a place in the approved invoice that it could not know. The gate takes no such mapping. */
export const OPEN_FROM = '/?'

/** One row of the field mapping: where a value comes from, where it goes, and what is done to it on the way. */
const MappingRow = z.strictObject({
  /** Place in the approved invoice; `*` stands for every line. */
  from: z
    .string()
    .regex(/^\//)
    .refine((place) => !place.startsWith(OPEN_FROM), {
      message: 'nobody has said yet which field of the approved invoice this is; change-gate init left it open',
    }),
  /** Place in the ERP's resource. */
  to: z.strictObject({ resource: z.string(), field: z.string() }),
  direction: z.enum(['send', 'read']),
  transform: z.string().optional(),
  /** The value list that resolves the value, when it is a code. */
  list: z.string().optional(),
  required: z.boolean().default(false),
})

/** The field mapping of one integration, both directions. File: `mapping.yaml`. */
export const FieldMapping = z.strictObject({ fields: z.array(MappingRow).min(1) })
export type FieldMapping = z.infer<typeof FieldMapping>
