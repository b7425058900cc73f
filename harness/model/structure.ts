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
  /**
   * JSON Schema keyword, or one of ours with `x-`; `property` and `resource` for whole fields and records, `body` for whether
   * an operation must be given one.
   */
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

/** A place of a document that the connector uses: `invoices` are those that were recorded; none when it is only mapped. */
export const UsedPlace = z.strictObject({
  resource: z.string(),
  direction: Direction,
  pointer: z.string(),
  invoices: z.array(z.string()).readonly(),
})
export type UsedPlace = z.infer<typeof UsedPlace>

/** Whether the connector uses the place of a difference. `not-asked` when neither a recording nor a mapping was given. */
export const StructureRelevance = z.strictObject({
  state: z.enum(['used', 'mapped', 'not-used', 'not-asked']),
  /** Keys of the recorded invoices that use it. */
  invoices: z.array(z.string()).readonly(),
  /** Recorded invoices in all. */
  of: z.number().int().nonnegative(),
  /** Gross amount of those invoices by currency, as far as amounts are known. */
  amounts: z.record(z.string(), z.string()),
})
export type StructureRelevance = z.infer<typeof StructureRelevance>

/**
 * A removed and an added resource, field or value that may be one and the same; a `move` is a field that another resource has
 * now. It is never taken for one without a release note.
 */
export const RenameProposal = z.strictObject({
  kind: z.enum(['resource', 'field', 'move', 'value']),
  resource: z.string(),
  direction: Direction,
  /** For a resource its two names; for a field its two pointers; for a value the pointer of the field twice. */
  from: z.string(),
  to: z.string(),
  /** The resource that `to` belongs to, or is. */
  toResource: z.string(),
  oldValue: z.string().nullable(),
  newValue: z.string().nullable(),
  /** 0 to 100. */
  confidence: z.number().int(),
  evidence: z.array(z.string()).readonly(),
})
export type RenameProposal = z.infer<typeof RenameProposal>

/** What a second engine said about the places it can judge. */
export const SecondOpinionSummary = z.strictObject({
  engine: z.string(),
  /** Places that both engines judged alike, and those they did not: each of the latter is a defect of the gate. */
  agreed: z.number().int(),
  disagreed: z
    .array(
      z.strictObject({
        resource: z.string(),
        direction: Direction,
        pointer: z.string(),
        schemaPointer: z.string(),
        ours: z.string(),
        theirs: z.string(),
      }),
    )
    .readonly(),
  /** Changed places that the second engine cannot judge, or did not in time. */
  notAsked: z.number().int(),
})
export type SecondOpinionSummary = z.infer<typeof SecondOpinionSummary>

const ReportSide = z.strictObject({
  file: z.string(),
  kind: z.string(),
  product: z.string().nullable(),
  release: z.string().nullable(),
  inferred: z.boolean(),
  resources: z.number().int(),
})

/** What `change-gate diff` answers. */
export const StructureReport = z.strictObject({
  format: z.literal('erp-change-gate/structure-report'),
  version: z.literal(1),
  old: ReportSide,
  new: ReportSide,
  direction: z.enum(['send', 'read', 'both']),
  counts: z.strictObject({
    breaking: z.number().int(),
    unknown: z.number().int(),
    compatible: z.number().int(),
    /** Breaking or unknown, at a place that the recordings use. */
    blocking: z.number().int(),
  }),
  differences: z.array(z.strictObject({ ...StructureDifference.shape, relevance: StructureRelevance })).readonly(),
  renames: z.array(RenameProposal).readonly(),
  secondOpinion: SecondOpinionSummary.nullable(),
  /** What no engine compared. */
  blindSpots: z.array(z.string()).readonly(),
})
export type StructureReport = z.infer<typeof StructureReport>
