import { z } from 'zod'
import type { Ways } from '../base/ways.ts'
import type { Direction } from './structure.ts'

/**
 * One JSON Schema (draft 2020-12) in normalized form. References are local (`#/definitions/NAME`) and never inlined, so
 * recursive schemas stay finite. What JSON Schema has no keyword for is kept under `x-` keywords:
 *
 * - `x-relation`   the resource that a reference or a nested record belongs to
 * - `x-scale`      digits after the decimal point that the ERP accepts (`null` = no limit)
 * - `x-precision`  digits in all
 * - `x-erp-type`   the publisher's own type name, for messages
 * - `x-title`      the label that people see on screen
 * - `x-read-only`, `x-create-only`  when the field may not be sent, or only when the record is created
 * - `x-read-only-names`  on an object that is sent: fields that exist and are left out because they may only be read
 * - `x-conditions`, `x-domain`  rules that the ERP evaluates on the record, in canonical text
 * - `x-selection`  name of a value list that the ERP computes and does not publish
 * - `x-maps-to`    the field inside the ERP that this one stands for
 * - `x-strip`      true when the ERP trims white space from what is sent
 * - `x-enum-titles`  the label of each value of `enum`
 */
export type JsonSchema = boolean | JsonSchemaObject

/** The object form of a JSON Schema. */
export type JsonSchemaObject = { readonly [keyword: string]: unknown }

const jsonSchema: z.ZodType<JsonSchema> = z.union([z.boolean(), z.record(z.string(), z.unknown())])

/** What the name of a resource ends with that holds the parameters of the operation before it. */
export const PARAMETERS = ' (parameters)'

/** One resource of an ERP: what may be sent to it and what is read from it. */
export const ErpResource = z.strictObject({
  title: z.string().optional(),
  /** What a caller may send when it creates the resource; absent when it cannot be written. */
  send: jsonSchema.optional(),
  /** Whether an operation is refused without a body; absent where the publisher says nothing of bodies. */
  bodyRequired: z.boolean().optional(),
  /** What a caller reads back; absent when it cannot be read. */
  read: jsonSchema.optional(),
  deprecated: z.boolean().optional(),
  /** JSON Pointer of the resource in the publisher's document. */
  position: z.string().optional(),
})
export type ErpResource = z.infer<typeof ErpResource>

/** What one release of an ERP publishes about its API, whatever format the publisher uses. */
export const ErpSchema = z.strictObject({
  format: z.literal('erp-change-gate/schema'),
  version: z.literal(1),
  source: z.strictObject({
    /** Id of the schema source that read it, which is the name of its file. */
    kind: z.string(),
    product: z.string().optional(),
    release: z.string().optional(),
    /** True when nothing was published and the schema was inferred from recorded traffic. */
    inferred: z.boolean(),
    /**
     * What an object means that says nothing about undeclared members: JSON Schema lets them pass (`allowed`, the default);
     * an API that answers only what it declares, and ignores the rest when it is sent, is `refused`.
     */
    undeclared: z.enum(['allowed', 'refused']).optional(),
    /** Parts of the published format that were met and are not compared: the blind spots of the source. */
    ignored: z.array(z.string()).readonly().optional(),
  }),
  resources: z.record(z.string(), ErpResource),
  definitions: z.record(z.string(), jsonSchema),
})
export type ErpSchema = z.infer<typeof ErpSchema>

/** One way down: tokens of the document and keywords of the schema. */
export type OutlineStep = Readonly<{ tokens: readonly string[]; path: readonly string[] }>

/**
 * Definitions that both releases publish letter for letter and that use none but plain keywords: records, also those that take
 * over others, lists, limits, references and choices of any of them. They are the nodes of a graph, and so are the parts of one that lead to others, so that a comparison follows
 * them without reading them; they are normalized only when somebody asks, and then both releases have the same object.
 */
export type Unchanged = Readonly<{
  /**
   * Whether what is read of a definition and what is sent of it are nodes of their own. Where no field that leads on is only
   * read or only sent, one node is both, and its name depends on who comes there.
   */
  isDirected: boolean
  /** Whether the name of a definition is that of what is sent of it. */
  directionOf: (name: string) => Direction
  /** The node of a definition; undefined where it is another now, or not plain. */
  nodeOf: (name: string) => number | undefined
  /** The definition at a node; null for a part of one. */
  nameOf: (node: number, direction: Direction) => string | null
  /** How many nodes there are: those of definitions, and the parts of them that lead on. */
  size: number
  /** Where each node leads: to a node, or as `size` + n to the nth of `outside`. */
  ways: Ways
  /** The steps there, in the same order; a branch of a choice has no tokens, and its name is that of what it leads to. */
  steps: readonly OutlineStep[]
  /** Nodes that a node takes over, with all that they lead to: they are referred to, and a comparison does not go there. */
  bases: ReadonlyMap<number, readonly number[]>
  /** Names of definitions that are not in the graph and that it leads to. */
  outside: Readonly<Record<Direction, readonly string[]>>
  definition: (name: string) => JsonSchema
  /** The definitions of each release that are not in the graph. */
  others: Readonly<Record<'old' | 'new', ReadonlyMap<string, JsonSchema>>>
}>

/** Two releases that were read together. */
export type ErpSchemaPair = Readonly<{
  old: ErpSchema
  new: ErpSchema
  unchanged: Unchanged | undefined
  /** Definitions that are another now and that nothing leads to which can be sent or read. */
  notReached: readonly string[]
}>
