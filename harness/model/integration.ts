import { z } from 'zod'
import { CalendarDate, ChangeClassId, Id, Lane } from './common.ts'
import { ConnectorRun } from './connector.ts'
import { DifferenceClass } from './difference.ts'
import { RestApi } from './rest-api.ts'

const Contact = z.strictObject({
  name: z.string().min(1),
  email: z.string().min(3),
  /** Hours within which this lane has agreed to answer. */
  'respond-within-hours': z.int().positive(),
})

const Environment = z.strictObject({
  url: z.url(),
  database: z.string().optional(),
  kind: z.enum(['production', 'sandbox']),
  /** The day a sandbox was last refreshed from production. */
  refreshed: CalendarDate.optional(),
})

/** Days on which a change may not be installed, or after which it can no longer be taken back. */
const Calendar = z.strictObject({
  /** From and to are both part of it. */
  blackouts: z.array(z.strictObject({ title: z.string().min(1), from: CalendarDate, to: CalendarDate })).default([]),
  /** `period` as finance names it, `date` the day it is closed. */
  'period-closes': z.array(z.strictObject({ period: z.string().min(1), date: CalendarDate })).default([]),
  'payment-runs': z.array(CalendarDate).default([]),
})

/** One integration: an AP connector that exports approved invoices into one ERP. File: `integration.yaml`. */
export const Integration = z.strictObject({
  id: Id,
  title: z.string().min(1),
  erp: z
    .strictObject({
      /** Name of the product; snapshots are called by it, `tryton-7.0`. */
      product: Id,
      /** Id of the ERP adapter, which is the name of its file in `erps/`; the product when it is not said. */
      adapter: Id.optional(),
      /** What the adapter `openapi-rest` has to know of the API. */
      api: RestApi.optional(),
      /** Where the ERP of each environment answers. The gate posts only to those declared a sandbox and proven to be one. */
      environments: z.record(Id, Environment),
    })
    .refine((erp) => (erp.adapter === 'openapi-rest') === (erp.api !== undefined), {
      message: 'adapter: openapi-rest and api: go together, and one of them is missing',
    }),
  connector: z.strictObject({
    name: z.string().min(1),
    release: z.string().min(1),
    /** How a connector release is run by the gate. */
    run: ConnectorRun.optional(),
  }),
  auth: z.strictObject({
    method: z.string().min(1),
    /** Names of the environment variables that hold the credential of a sandbox; never the credential itself. */
    'user-from': z.string().min(1).optional(),
    'password-from': z.string().min(1),
    owner: Lane,
    /** The day the credential of production lapses, or `never`. */
    expires: z.union([CalendarDate, z.literal('never')]).optional(),
  }),
  schedule: z.string().min(1),
  /** The lists that code an invoice, by the ERP's resource name. */
  dimensions: z.array(z.strictObject({ id: Id, title: z.string(), resource: z.string(), root: z.string().optional() })),
  /** How the accounts of a list are composed, where one code holds several segments: `100-6200-D10`. */
  gl: z
    .strictObject({
      list: z.string().min(1),
      separator: z.string().min(1),
      /** What the segments are called in the release in production, in order. */
      segments: z.array(z.string().min(1)).min(2),
    })
    .optional(),
  calendar: Calendar.prefault({}),
  owners: z.strictObject({
    /** Who decides when two lanes could push a finding at each other. */
    accountable: z.string().min(1),
    lanes: z.record(Lane, Contact),
    /** Who answers for a class of findings (`amount`), or of changes (`C8`), where it is not who the check says. */
    'by-class': z.partialRecord(z.union([DifferenceClass, ChangeClassId]), Lane).default({}),
  }),
  sanitize: z
    .strictObject({
      /** Field names whose values become pseudonyms wherever they appear. */
      fields: z.array(z.string()).default([]),
    })
    .default({ fields: [] }),
})
export type Integration = z.infer<typeof Integration>
