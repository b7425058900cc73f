import { z } from 'zod'
import { isLiteralSecret, literalSecretsIn } from './literal-secrets.ts'

/** A place in JSON, or the empty text for all of it. */
const Pointer = z.string().regex(/^(\/.*)?$/, 'must be a JSON Pointer such as /number, or empty')

/** A text in which `{name}` stands for what the gate fills in; docs/connector.md lists the names. */
const Template = z.string()

const LITERAL = 'a secret must not stand in a file: write {erp-password}, or name the variable in pass-env'

/** Variables or headers by name. One that is called as secrets are may only hold what is filled in. */
const Named = z.record(z.string(), Template).superRefine((named, context) => {
  for (const [name, value] of Object.entries(named)) {
    if (isLiteralSecret(name, value)) context.addIssue({ code: 'custom', message: LITERAL, path: [name] })
  }
})

/** The approved invoices that the connector is given, and where each says which one it is. */
const Invoices = z.strictObject({
  /** JSON file with a list of invoices, relative to integration.yaml. */
  file: z.string().min(1),
  /** Where the list is in the file. */
  at: Pointer.default(''),
  /** The id by which the connector reports an invoice. */
  id: Pointer,
  /** The supplier's code and its reference, by which the ERP knows the invoice. */
  supplier: Pointer,
  reference: Pointer,
})

/** Where the connector says what became of each invoice, and in which words. */
const Results = z
  .strictObject({
    /** `stdout` reads every line that is a JSON object; `file` reads what the connector wrote to {results}. */
    from: z.enum(['stdout', 'file']),
    invoice: Pointer,
    status: Pointer,
    /** Where it says why; an invoice that was not exported must say it. */
    message: Pointer.optional(),
    statuses: z.strictObject({
      /** The ERP has booked it, once. */
      exported: z.array(z.string()).min(1),
      /** The ERP holds nothing of it. */
      'not-exported': z.array(z.string()).min(1),
      /** The ERP had it before. */
      'already-there': z.array(z.string()).default([]),
      /** The connector does not know, and says that somebody must look. */
      unsure: z.array(z.string()).default([]),
    }),
    /** What the release in production reported for the recorded export, relative to integration.yaml. */
    recorded: z.string().min(1).optional(),
  })
  .refine(
    ({ statuses }) => {
      const all = Object.values(statuses).flat()
      return new Set(all).size === all.length
    },
    { message: 'a status means one thing only', path: ['statuses'] },
  )

/** How a connector that goes on running is told to export, and how it is known to be ready. */
const Service = z
  .strictObject({
    /** It is ready when this URL answers below 400, or when this text stands in its output. */
    ready: z.union([z.strictObject({ url: Template }), z.strictObject({ output: z.string().min(1) })]),
    /** An HTTP request that starts the export. */
    request: z
      .strictObject({
        method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
        url: Template,
        headers: Named.default({}),
        body: Template.optional(),
      })
      .optional(),
    /** A folder that it watches: each invoice is put there as one JSON file. */
    folder: Template.optional(),
    /** It is done when every invoice is reported, or when it was silent for this long. */
    'quiet-seconds': z.number().positive().default(5),
  })
  .refine((service) => (service.request === undefined) !== (service.folder === undefined), {
    message: 'a connector that goes on running is started by a request or by a folder: name one of them',
  })

/** How the connector under test is run. Part of `integration.yaml`. */
export const ConnectorRun = z.strictObject({
  /** What is run unless --connector names it: a program and its arguments, without a shell. */
  command: z.string().min(1).optional(),
  /** Arguments after those of the command. */
  args: z
    .array(Template)
    .default([])
    .superRefine((args, context) => {
      for (const index of literalSecretsIn(args)) {
        context.addIssue({ code: 'custom', message: LITERAL, path: [index] })
      }
    }),
  /** Relative to integration.yaml; the folder in which the gate runs unless given. */
  'working-folder': z.string().min(1).optional(),
  env: Named.default({}),
  /** Variables of the gate's own environment that it gets; nothing else of it. */
  'pass-env': z.array(z.string()).default(['PATH']),
  stdin: Template.optional(),
  invoices: Invoices,
  results: Results,
  service: Service.optional(),
  /** Exit statuses of an export that came to its end, with refused invoices or without. */
  'exit-statuses': z.array(z.int().min(0).max(255)).min(1).default([0]),
  /** Seconds after which it is ended and has failed. */
  'time-limit-seconds': z.number().positive().default(300),
})
export type ConnectorRun = z.infer<typeof ConnectorRun>
