import { z } from 'zod'

/** A field of the ERP: the resource as the ERP names it, such as `bill.lines`, and the name of the field. */
const Field = { resource: z.string().min(1), field: z.string().min(1) }

/** A value as it is written into a request. */
const Scalar = z.union([z.string(), z.number(), z.boolean()])
export type Scalar = z.infer<typeof Scalar>

/**
 * A value table. It must name every value that the recordings use, or a value that was forgotten would pass as it is;
 * `others: keep` says that whoever wrote it wants that.
 */
const ValueTable = {
  values: z.record(z.string(), z.string()).refine((values) => Object.keys(values).length > 0, 'names no value'),
  others: z.literal('keep').optional(),
}

/** A rule by another field of the same record; `others` is for the values that it does not name. */
const Rule = z.strictObject({
  field: z.string().min(1),
  values: z.record(z.string(), Scalar),
  others: Scalar.optional(),
})

/** One value for every record, or a rule by another field. */
const Given = { value: Scalar.optional(), by: Rule.optional() }

/** Where a segment of an account combination comes in and what stands in it. */
const Segment = {
  /** Segments that the combination has before, in order. */
  of: z.array(z.string().min(1)).min(1),
  separator: z.string().min(1),
  segment: z.string().min(1),
  /** The segment behind which it comes; the first place when it is not said. */
  after: z.string().min(1).optional(),
  value: z.string().min(1).optional(),
  /** A rule by another segment of the combination. */
  by: z
    .strictObject({
      segment: z.string().min(1),
      values: z.record(z.string(), z.string().min(1)),
      others: z.string().min(1).optional(),
    })
    .optional(),
}

const oneOfBoth = {
  message: 'needs either value or by',
  path: ['value'],
}
const isGivenOnce = (given: { value?: unknown; by?: unknown }) =>
  (given.value === undefined) !== (given.by === undefined)
const namesKnownSegments = (segment: {
  of: readonly string[]
  segment: string
  after?: string | undefined
  by?: { segment: string } | undefined
}) =>
  !segment.of.includes(segment.segment) &&
  [segment.after, segment.by?.segment].every((name) => name === undefined || segment.of.includes(name))
const knownSegments = {
  message: 'after and by name segments of "of", and the new segment is none of them',
  path: ['of'],
}

/** One operation of the plan: data that is applied to recorded requests before they are replayed. */
export const PlanOperation = z.union([
  z.strictObject({
    /** Stop reading or sending a field; with `after`, only once that operation was the last that wrote the document. */
    'drop-field': z.strictObject({
      ...Field,
      direction: z.enum(['send', 'read']),
      after: z.string().min(1).optional(),
    }),
  }),
  z.strictObject({
    /** Send, search and read a field under another name. */
    'rename-field': z.strictObject({ ...Field, to: z.string().min(1) }),
  }),
  z.strictObject({
    /** Send or search for another value of a field. */
    'map-value': z.strictObject({ ...Field, ...ValueTable }),
  }),
  z.strictObject({
    /** Send a field that was not sent. */
    'add-field': z.strictObject({ ...Field, ...Given }).refine(isGivenOnce, oneOfBoth),
  }),
  z.strictObject({
    /** Put one more segment into an account combination. */
    'add-segment': z
      .strictObject({ ...Field, ...Segment })
      .refine(isGivenOnce, oneOfBoth)
      .refine(namesKnownSegments, knownSegments),
  }),
  z.strictObject({
    /** Send a field in another record: from the head to every line, or from the lines to the head where they agree. */
    'move-field': z
      .strictObject({ ...Field, to: z.strictObject(Field) })
      .refine(({ resource, to }) => resource !== to.resource, {
        message: 'stays in its record: use rename-field',
        path: ['to', 'resource'],
      }),
  }),
  z.strictObject({
    /** Send requests under another path, such as that of the next version. */
    'change-endpoint': z.strictObject({
      from: z.string().regex(/^\/\S*$/, 'must be a path such as /v1/'),
      to: z.string().regex(/^\/\S*$/, 'must be a path such as /v2/'),
    }),
  }),
])
export type PlanOperation = z.infer<typeof PlanOperation>

/** What is done to a value on its way into the ERP: the operations of a plan, for the one field of a mapping row. */
export const Transform = z.union([
  z.strictObject({ 'map-value': z.strictObject(ValueTable) }),
  z.strictObject({ 'add-field': z.strictObject(Given).refine(isGivenOnce, oneOfBoth) }),
  z.strictObject({
    'add-segment': z.strictObject(Segment).refine(isGivenOnce, oneOfBoth).refine(namesKnownSegments, knownSegments),
  }),
])
export type Transform = z.infer<typeof Transform>

export type ValueTable = Readonly<{ values: Readonly<Record<string, string>>; others?: 'keep' | undefined }>
export type SegmentChange = Extract<Transform, { 'add-segment': unknown }>['add-segment']
