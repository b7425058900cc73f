import { z } from 'zod'
import { Id } from './common.ts'

/** A JSON Pointer to a member; `*` stands for every line. */
const Place = z.string().regex(/^(\/[^/]+)+$/, 'must be a JSON Pointer such as /data/id')

/** A JSON Pointer, or nothing for the whole body. */
const Wrapper = z.string().regex(/^(\/[^/]+)*$/, 'must be a JSON Pointer such as /data, or "" for the whole body')

/** An operation as `change-gate diff` prints it; the path as the specification spells it. */
const OperationName = z
  .string()
  .regex(/^(GET|POST|PUT|PATCH|DELETE) \/\S*$/, 'must be a method and a path of the specification, such as POST /bills')

const HeaderName = z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header such as X-Api-Key')

/** A member of an answer and the value that says yes. */
const Test = z.strictObject({ at: Place, is: z.union([z.string(), z.boolean()]) })

/** A list and which of its members a document holds. */
const Listed = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\/(id|code)$/, 'must be a list and id or code: suppliers/id')

const List = z.strictObject({
  operation: OperationName,
  id: Place.default('/id'),
  /** What people call a value by; unique in its list. */
  code: Place,
  /** When it may be used; every value is active without it. */
  active: Test.optional(),
  /** Rate in percent, where it is the list of tax codes. */
  rate: Place.optional(),
  /** Members kept in a snapshot and compared, besides id, code and rate. */
  fields: z.array(Place).default([]),
})

/**
 * How to talk to an ERP that publishes an OpenAPI document: which operation does what, and where values show. Pointers of
 * `document`, `fields` and `reads` start at the document, those of `document.lines` at a line, those of a list at its row, and
 * others at the body. In `integration.yaml`: `erp.api`.
 */
export const RestApi = z
  .strictObject({
    title: z.string().min(1),
    /** Path before every path of the specification, such as `/v1`. */
    base: z
      .string()
      .regex(/^(\/[^/?#]+)*$/, 'must be a path such as /v1')
      .default(''),
    /** Path at which the ERP serves its OpenAPI document; without it the snapshot's is used. */
    specification: z.string().startsWith('/').optional(),
    auth: z.union([z.enum(['bearer', 'basic']), z.strictObject({ header: HeaderName })]),
    /** Path parameter that names the company; it becomes the `database` of the environment. */
    tenant: z.string().optional(),
    operations: z.strictObject({
      identify: OperationName,
      create: OperationName,
      post: OperationName.optional(),
      read: OperationName,
      find: OperationName,
      remove: OperationName.optional(),
      void: OperationName.optional(),
      /** Log-in and the like: recorded, and not replayed because the gate logs in itself. */
      session: z.array(OperationName).default([]),
    }),
    identity: z.strictObject({
      release: z.union([Place, z.strictObject({ header: z.string() })]),
      build: Place.optional(),
      principal: Place.optional(),
      /** What only a sandbox answers. */
      sandbox: Test,
    }),
    /** Header by which the ERP knows a write that comes again, such as `Idempotency-Key`. */
    'idempotency-header': HeaderName.optional(),
    /** How an ERP that does writes later is asked what became of one. */
    jobs: z
      .strictObject({
        /** Writes that are answered by a job: status 202 with the job's id. */
        of: z.array(z.enum(['create', 'post', 'void'])).min(1),
        /** Where the id of the job stands; without it, at the end of the `Location` header. */
        id: Place.optional(),
        status: OperationName,
        state: Place,
        done: z.string(),
        failed: z.string(),
        /** Where the id of the document stands once a create is done; without it, at the end of `Location`. */
        document: Place.optional(),
      })
      .optional(),
    envelope: z
      .strictObject({
        send: Wrapper.default(''),
        read: Wrapper.default(''),
        list: Wrapper.default(''),
        /** Where a list tells how to ask for its next page, and the query parameter that asks. */
        next: Place.optional(),
        cursor: z.string().optional(),
      })
      .prefault({}),
    errors: z.strictObject({ at: Wrapper.default(''), code: Place, message: Place, field: Place.optional() }),
    /** What an answer with a good status holds when it is a refusal all the same. */
    fault: Test.optional(),
    /** Query parameters of `find`. */
    find: z.strictObject({ supplier: z.string(), reference: z.string() }),
    document: z.strictObject({
      name: Id,
      id: Place.default('/id'),
      number: Place.optional(),
      state: Place,
      states: z.strictObject({ draft: z.string(), posted: z.string().optional(), voided: z.string().optional() }),
      supplier: Place,
      reference: Place,
      'reference-longest': z.int().positive().optional(),
      date: Place,
      currency: Place,
      /** What a credit note is told by. */
      credit: Test.optional(),
      /** Members of one line; amounts that are not sent are worked out of quantity and price. */
      lines: z.strictObject({
        at: Place,
        account: Place,
        quantity: Place,
        price: Place,
        /** Amount without tax. */
        amount: Place.optional(),
        'tax-code': Place.optional(),
      }),
      totals: z.strictObject({ net: Place, tax: Place, gross: Place }),
    }),
    fields: z.strictObject({
      money: z.array(Place).default([]),
      /** Members that name a listed value. */
      coding: z.record(Place, Listed),
      /** The same of members that only a release to come has, such as one that a plan renames another to. */
      upcoming: z.record(Place, Listed).default({}),
      identity: z.array(Place).default([]),
      state: z.array(Place).default([]),
      text: z.array(Place).default([]),
      /** Members that the ERP fills itself and that differ from run to run. */
      assigned: z.array(Place).default([]),
    }),
    /** Members of a stored document that the connector reads; without it, all of them. */
    reads: z.array(Place).optional(),
    lists: z.record(Id, List),
    /** The list of accounting periods: first and last day, and what an open one answers. A code such as 2026-10 tells its days. */
    periods: z.strictObject({ list: Id, from: Place.optional(), to: Place.optional(), open: Test }).optional(),
  })
  .check((context) => {
    const { periods, lists } = context.value
    if (periods !== undefined && lists[periods.list] === undefined) {
      context.issues.push({
        code: 'custom',
        input: periods.list,
        path: ['periods', 'list'],
        message: `there is no list "${periods.list}" in erp.api.lists; it has ${Object.keys(lists).join(', ')}`,
      })
    }
    const { coding, upcoming } = context.value.fields
    for (const [place, listed] of Object.entries({ ...upcoming, ...coding })) {
      const name = listed.slice(0, listed.lastIndexOf('/'))
      if (context.value.lists[name] !== undefined) continue
      context.issues.push({
        code: 'custom',
        input: listed,
        path: ['fields', Object.hasOwn(coding, place) ? 'coding' : 'upcoming', place],
        message: `there is no list "${name}" in erp.api.lists; it has ${Object.keys(context.value.lists).join(', ')}`,
      })
    }
  })
export type RestApi = z.infer<typeof RestApi>
