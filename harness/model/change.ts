import { z } from 'zod'
import { Id, Instant } from './common.ts'
import { PlanOperation } from './plan.ts'
import { Policy } from './policy.ts'

/** One statement of a release note that somebody has read. */
const ReleaseNoteEntry = z
  .strictObject({
    id: Id,
    from: z.enum(['erp-publisher', 'ap-vendor']),
    source: z.string().min(1),
    says: z.string().min(1),
    'affects-us': z.union([z.boolean(), z.literal('undecided')]),
    because: z.string().optional(),
    /** Each entry has one key, the id of an expectation, and its arguments. */
    expect: z.array(z.record(z.string(), z.unknown())).default([]),
    plan: z.array(PlanOperation).default([]),
  })
  .refine((note) => note['affects-us'] !== false || note.because !== undefined, {
    message: 'a note with affects-us: false needs a because',
    path: ['because'],
  })
  .refine((note) => note.expect.every((entry) => Object.keys(entry).length === 1), {
    message: 'each expectation is one key with its arguments',
    path: ['expect'],
  })
export type ReleaseNoteEntry = z.infer<typeof ReleaseNoteEntry>

/** One change request: install a release. File: `changes/<name>/change.yaml`. */
export const Change = z.strictObject({
  change: z.strictObject({
    id: Id,
    title: z.string().min(1),
    kind: z.enum(['erp-update', 'connector-release']),
    type: z.enum(['standard', 'normal', 'emergency']),
    from: z.string().min(1),
    to: z.string().min(1),
    window: z.strictObject({ start: Instant, end: Instant }),
    people: z.strictObject({
      requester: z.string(),
      developer: z.string(),
      tester: z.string(),
      approver: z.string(),
    }),
  }),
  notes: z.array(ReleaseNoteEntry).default([]),
  /** For a connector release: the failures of the ERP that the connector is tried with, by id. */
  'fail-well': z.union([z.literal('all'), z.array(Id)]).default('all'),
  policy: Policy.prefault({}),
})
export type Change = z.infer<typeof Change>

/** Accepted findings. File: `changes/<name>/waivers.yaml`. */
export const Waivers = z.strictObject({
  waivers: z.array(
    z.strictObject({
      fingerprint: z.string().regex(/^[0-9a-f]{12}$/, 'must be the 12 digits that the report prints'),
      owner: z.string().min(1),
      approver: z.string().min(1),
      reason: z.string().min(1),
      expires: Instant,
    }),
  ),
})
export type Waiver = z.infer<typeof Waivers>['waivers'][number]
