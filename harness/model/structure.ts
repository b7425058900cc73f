import { z } from 'zod'

/** Who is touched: `send` is what the connector may send, `read` what it reads back. */
export const Direction = z.enum(['send', 'read'])
export type Direction = z.infer<typeof Direction>

/**
 * What happened to a place of a schema. `narrowed` accepts fewer documents, `widened` more, `altered` both fewer and more;
 * `unknown` means that no engine could compare it.
 */
export const StructureChange = z.enum(['added', 'removed', 'widened', 'narrowed', 'altered', 'unknown'])
export type StructureChange = z.infer<typeof StructureChange>

/** What it does to the connector. `unknown` is never treated as compatible. */
export const StructureEffect = z.enum(['breaking', 'compatible', 'unknown'])
export type StructureEffect = z.infer<typeof StructureEffect>

/** One change between what two releases publish, at one place and in one direction. */
export const StructureDifference = z.strictObject({
  /** Resource at which the place is found first; `also` counts the others that share the schema. */
  resource: z.string(),
  direction: Direction,
  /** JSON Pointer within a document of the resource; `*` stands for any array index or undeclared member. */
  pointer: z.string(),
  /** Keywords and names on the way through the schema, for places that differ only in the branch of a combinator. */
  schemaPointer: z.string(),
  /** JSON Schema keyword, or one of ours with `x-`; `property` and `resource` for whole fields and records. */
  keyword: z.string(),
  change: StructureChange,
  /** Canonical JSON of what was published before and is now; null where there is nothing. */
  old: z.string().nullable(),
  new: z.string().nullable(),
  effect: StructureEffect,
  /** What it means for the connector, in one sentence. */
  why: z.string(),
  /** Name of the shared definition that changed, when it is not the resource's own schema. */
  shared: z.string().nullable(),
  /** How many further resources have the same change in this direction because they share the definition. */
  also: z.number().int().nonnegative(),
})
export type StructureDifference = z.infer<typeof StructureDifference>
