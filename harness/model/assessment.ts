import { z } from 'zod'
import { Amount, CalendarDate, Disputed, Instant, Lane, Whole } from './common.ts'
import { CheckResult, Finding } from './finding.ts'

/** The policy's answer. */
export const Verdict = z.enum(['go', 'conditional', 'no-go', 'undecided'])
export type Verdict = z.infer<typeof Verdict>

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const Reason = z.strictObject({
  /** Stable code, such as `unexpected-break` or `evidence-too-weak`. */
  code: z.string(),
  text: z.string(),
  lane: Lane,
  /** Who to call, from the integration's owners. */
  contact: z.string(),
  /** Hours within which that contact has agreed to answer. */
  respondWithinHours: Whole,
  /** Fingerprints of the findings behind it. */
  findings: z.array(z.string()),
  disputed: Disputed.optional(),
})
export type Reason = z.infer<typeof Reason>

/** Count and money of one currency at one place of the pipeline. */
const Totals = z.strictObject({
  documents: Whole,
  gross: Amount,
  hash: Amount,
  tax: Amount,
  /** The credit notes among them; said where the columns differ in them. */
  creditNotes: z.strictObject({ documents: Whole, gross: Amount }).optional(),
})

/** Control totals of one currency, entity and period; the three columns must be equal. */
const ControlTotal = z.strictObject({
  currency: z.string(),
  /** The company that is invoiced; empty where the ERP does not say. */
  entity: z.string().default(''),
  /** The period in which it is booked; empty for what is not booked. */
  period: z.string().default(''),
  recorded: Totals,
  accepted: Totals,
  stored: Totals,
  reconciles: z.boolean(),
})
export type ControlTotal = z.infer<typeof ControlTotal>

/** One invoice of the recording and what became of it. */
const InvoiceResult = z.strictObject({
  key: z.string(),
  supplier: z.string(),
  reference: z.string(),
  type: z.enum(['invoice', 'credit-note']),
  currency: z.string(),
  gross: Amount,
  /** What the recorded export ended in, and what the replay ended in. */
  recorded: z.string(),
  replayed: z.string(),
  /** Number of the document under the candidate, when it was stored. */
  document: z.string().nullable(),
  /** Date of the invoice, which decides its period; null when the recording does not say. */
  date: CalendarDate.nullable(),
  outcome: z.enum(['same', 'differs', 'refused', 'newly-accepted', 'not-checked']),
  /** How strong the evidence for this invoice is. */
  evidence: z.enum(['live', 'recorded', 'schema', 'none']),
  findings: z.array(z.string()),
})
export type InvoiceResult = z.infer<typeof InvoiceResult>

/** How much of the recorded volume a group of findings touches. An invoice counts once, however many findings name it. */
const Extent = z.strictObject({
  /** How many findings of severity `error` or `warning`; those for information touch nothing. */
  findings: Whole,
  invoices: Whole,
  suppliers: Whole,
  /** One entry per recorded currency, zero included. */
  amounts: z.array(
    z.strictObject({
      currency: z.string(),
      invoices: Whole,
      /** Sum of the absolute gross amounts, so that a credit note does not hide an invoice. */
      gross: Amount,
      /** The same sum over everything recorded in this currency. */
      recorded: Amount,
      /** `gross` in percent of `recorded`, one digit after the point. */
      percent: Amount,
    }),
  ),
})
export type Extent = z.infer<typeof Extent>

/** What the candidate would do to the business if nothing is done about it. */
const Impact = z.strictObject({
  recordedInvoices: Whole,
  recordedSuppliers: Whole,
  loud: Extent,
  silent: Extent,
  /** Loud and silent together; smaller than their sum where an invoice has both. */
  all: Extent,
})
export type Impact = z.infer<typeof Impact>

/** Who answers, from the integration's owners: one entry per lane, those with open findings first. */
const Owner = z.strictObject({
  lane: Lane,
  contact: z.string(),
  respondWithinHours: Whole,
  /** Fingerprints of the findings of this lane that block or are not expected. */
  findings: z.array(z.string()),
})
export type Owner = z.infer<typeof Owner>

/** A stage of the pipeline and how many invoices passed it. */
const Accounting = z.strictObject({
  recorded: Whole,
  replayed: Whole,
  observed: Whole,
  compared: Whole,
  interactions: Whole,
  interactionsReplayed: Whole,
  /** Interactions that come after a refusal in their invoice, so that the ERP could not be asked. */
  interactionsNotReached: Whole,
  reconciles: z.boolean(),
})

const NoteResult = z.strictObject({
  id: z.string(),
  from: z.enum(['erp-publisher', 'ap-vendor']),
  source: z.string(),
  says: z.string(),
  affectsUs: z.enum(['yes', 'no', 'undecided']),
  because: z.string().nullable(),
  /** What the plan changes because of it, one sentence per operation. */
  plan: z.array(z.string()),
  expectations: z.array(
    z.strictObject({
      expectation: z.string(),
      summary: z.string(),
      state: z.enum(['met', 'unmet', 'untested']),
      findings: z.array(z.string()),
    }),
  ),
})

const RollbackStep = z.strictObject({
  phase: z.enum(['hold', 'freeze', 'undo', 'verify', 'drain', 'reconcile', 'close']),
  action: z.string(),
  owner: Lane,
  minutes: Whole,
  timing: z.enum(['rehearsed', 'estimate']),
  /** The day on which a rehearsed step was performed. */
  rehearsedOn: CalendarDate.optional(),
  expected: z.string(),
  verify: z.string(),
  /** The command to type or the screen to open. */
  where: z.string().optional(),
  /** Class of the change that it takes back; absent for steps that every rollback has. */
  changeClass: z.string().optional(),
  /** After this the step no longer helps; `none` with the reason when there is no such point. */
  pointOfNoReturn: z.string().optional(),
})

/** A document that the candidate stored otherwise than the baseline, and how it is taken back without a restore. */
const DocumentToReverse = z.strictObject({
  invoice: z.string(),
  /** Number under the candidate; null for one that never got a number. */
  document: z.string().nullable(),
  state: z.string(),
  currency: z.string(),
  gross: Amount,
  /** `unknown` when the adapter does not say how this ERP reverses a document in this state. */
  how: z.enum(['delete', 'cancel', 'credit-note', 'reversing-entry', 'unknown']),
  action: z.string(),
  findings: z.array(z.string()),
})

const InstallationStep = z.strictObject({
  /** A few words, for a list of the steps. */
  title: z.string(),
  owner: Lane,
  action: z.string(),
  verify: z.string(),
})

const Rollback = z.strictObject({
  trigger: z.string(),
  decider: z.string(),
  /** Sum of the minutes of all steps. */
  totalMinutes: Whole,
  /** The last instant at which going back still ends inside the change window. */
  decideBy: Instant,
  /** After these, going back is no longer possible; `by` when the evidence dates it, such as a period close. */
  pointOfNoReturn: z.array(z.strictObject({ changeClass: z.string(), text: z.string(), by: z.string().nullable() })),
  steps: z.array(RollbackStep),
  /** Why these steps: the change classes that were found. */
  changeClasses: z.array(z.strictObject({ id: z.string(), title: z.string(), findings: z.array(z.string()) })),
  /** What has to be reversed one by one once the point of no return is passed. */
  documents: z.array(DocumentToReverse).optional(),
  /** Invoices that the candidate refused and that wait in the queue, oldest first. */
  queue: z.array(z.string()).optional(),
  /** What must be equal at the end, per currency. */
  reconciliation: z.array(z.string()).optional(),
  rehearsal: z.strictObject({ state: z.enum(['none', 'fresh', 'stale', 'failed']), text: z.string() }).optional(),
})
export type Rollback = z.infer<typeof Rollback>

/** One place where two ways of asking disagree about the same invoice. */
const Disagreement = z.strictObject({
  invoice: z.string(),
  stage: z.string(),
  resource: z.string(),
  pointer: z.string(),
  mock: z.string().nullable(),
  sandbox: z.string().nullable(),
})
export type Disagreement = z.infer<typeof Disagreement>

/** What the recordings exercise, one entry per area, and what to record for the rest. */
const Coverage = z.array(
  z.strictObject({
    area: z.string(),
    exercised: Whole,
    of: Whole,
    missing: z.array(z.strictObject({ what: z.string(), /** The invoice to add. */ add: z.string() })),
  }),
)
export type Coverage = z.infer<typeof Coverage>

/** What the change does to one row of the field mapping. */
const MappedState = z.enum([
  'unaffected',
  /** The field is there and somebody finds fault with it or with what is stored in it: see the findings. */
  'touched',
  'gone',
  'retyped',
  'value-gone',
  'too-long',
  'fed-twice',
  'not-fed',
])
export type MappedState = z.infer<typeof MappedState>

/** One row of the field mapping, how many recorded invoices exercise it, and what the change does to it. */
const MappedField = z.strictObject({
  /** Place in the approved invoice, in words where there is none. */
  from: z.string(),
  direction: z.enum(['send', 'read']),
  resource: z.string(),
  field: z.string(),
  /** Tells records of one resource apart; null where there is one kind. */
  record: z.string().nullable(),
  /** What is done to the value on the way, one sentence each. */
  transform: z.array(z.string()),
  /** The value list that resolves it; null when it is no code. */
  list: z.string().nullable(),
  required: z.boolean(),
  invoices: Whole,
  /** Null for a row that only the plan brings in. */
  state: MappedState.nullable(),
  findings: z.array(z.string()),
  /** What the plan makes of the row, and what the change does to it then; null where no plan was replayed. */
  plan: z
    .strictObject({
      row: z.enum(['kept', 'changed', 'dropped', 'added']),
      /** The field that it feeds then. */
      to: z.string(),
      state: MappedState.nullable(),
    })
    .nullable(),
})
export type MappedField = z.infer<typeof MappedField>

/** One invoice as it was sent, as the baseline stored it and as the candidate stored it. */
const SideBySide = z.strictObject({
  invoice: z.string(),
  /** The operation after which the shown documents were read. */
  stage: z.string(),
  /** Every operation after which both releases held the document, and in how many values they differed. */
  stages: z.array(z.strictObject({ after: z.string(), differences: Whole })),
  /** What a release said that refused it; null where it stored it. */
  refused: z.strictObject({ by: z.enum(['baseline', 'candidate']), stage: z.string(), said: z.string() }).nullable(),
  rows: z.array(
    z.strictObject({
      pointer: z.string(),
      sent: z.string().nullable(),
      baseline: z.string().nullable(),
      candidate: z.string().nullable(),
      state: z.enum(['same', 'differs', 'not-compared']),
    }),
  ),
  /** Values that are the same under both releases and of which nobody asks. */
  alike: Whole,
  /** Values that the ERP assigns or that one release does not have. */
  notCompared: Whole,
  /** Rows that did not fit. */
  more: Whole,
})
export type SideBySide = z.infer<typeof SideBySide>

/** The gate's own score on this recording: which defects of a virtual ERP it catches. */
const Drill = z.strictObject({
  /** `stale` when the score is of another recording, and says nothing of this one. */
  state: z.enum(['current', 'stale']),
  killed: Whole,
  breaking: Whole,
  benignLetThrough: Whole,
  benign: Whole,
  survivors: z.array(z.strictObject({ mutant: z.string(), does: z.string(), why: z.string() })),
})

/** How the connector under test was run, and what it did. Absent where the recorded export itself was replayed. */
const ConnectorTested = z.strictObject({
  /** What was run, with secrets masked. */
  command: z.string(),
  /** Release of the ERP that it ran against. */
  erpRelease: z.string(),
  ended: z.enum(['ended', 'out-of-time', 'signal', 'never-ready']),
  /** Exit status; null when it was ended by a signal. */
  status: Whole.nullable(),
  /** Invoices that it was given, and of how many it reported something. */
  given: Whole,
  reported: Whole,
  /** Whether what it reported could be held against what the release in production reported. */
  resultsCompared: z.boolean(),
  /** The last lines of its output, with secrets masked. */
  output: z.strictObject({ stdout: z.array(z.string()), stderr: z.array(z.string()) }),
  /** What the ERP was made to do wrong, and what the connector made of it. */
  failures: z.array(
    z.strictObject({
      failure: z.string(),
      title: z.string(),
      state: z.enum(['handled', 'not-handled', 'not-run']),
      /** The invoice on which it happened; null when it could not be run. */
      invoice: z.string().nullable(),
      /** What was seen, one sentence each, or why it was not run. */
      saw: z.array(z.string()),
    }),
  ),
})
export type ConnectorTested = z.infer<typeof ConnectorTested>

/** Where people wrote what findings are about: files named from the root of the repository, and the line of each entry. */
const Written = z.strictObject({
  change: z.strictObject({
    file: z.string(),
    /** Line of the id of the change request. */
    line: Whole,
    notes: z.array(
      z.strictObject({
        id: z.string(),
        line: Whole,
        /** Lines of its expectations, in their order. */
        expectations: z.array(Whole),
      }),
    ),
  }),
  mapping: z.strictObject({
    file: z.string(),
    rows: z.array(
      z.strictObject({ resource: z.string(), field: z.string(), from: z.string().nullable(), line: Whole }),
    ),
  }),
  waivers: z
    .strictObject({ file: z.string(), entries: z.array(z.strictObject({ fingerprint: z.string(), line: Whole })) })
    .nullable(),
})
export type Written = z.infer<typeof Written>

/** Everything known about one change request: evidence, reconciliation, decision. */
export const ChangeAssessment = z.strictObject({
  format: z.literal('erp-change-gate/assessment'),
  version: z.literal(1),
  /** What differs between two runs on the same evidence, and nothing else does. */
  meta: z.strictObject({
    assessedAt: z.string(),
    durationMs: Whole,
    harness: z.string(),
    /** Where the target answered. */
    targetUrl: z.string(),
    runTag: z.string(),
    /** After this instant the decision no longer allows anything; null when it never did. */
    validUntil: Instant.nullable(),
    /** When the response time of each lane that has to answer runs out. */
    respondBy: z.partialRecord(Lane, Instant).optional(),
  }),
  integration: z.strictObject({
    id: z.string(),
    title: z.string(),
    erp: z.string(),
    connector: z.string(),
    /** Digest of the connector build that the run was asked about; absent when nobody named one. */
    connectorDigest: Digest.optional(),
  }),
  change: z.strictObject({
    id: z.string(),
    title: z.string(),
    kind: z.enum(['erp-update', 'connector-release']),
    type: z.enum(['standard', 'normal', 'emergency']),
    from: z.string(),
    to: z.string(),
    window: z.strictObject({ start: z.string(), end: z.string() }),
    people: z.strictObject({
      requester: z.string(),
      developer: z.string(),
      tester: z.string(),
      approver: z.string(),
    }),
  }),
  connector: ConnectorTested.optional(),
  /** Absent in assessments of before it was kept, and where nobody wrote a change request. */
  written: Written.optional(),
  /** The policy that decided; absent in assessments of before it was kept. */
  policy: z.strictObject({ digest: Digest, evidenceLevel: z.enum(['live', 'recorded', 'schema']) }).optional(),
  verdict: Verdict,
  reasons: z.array(Reason),
  /** Conditions under which `conditional` is a go. */
  conditions: z.array(z.string()),
  impact: Impact,
  owners: z.strictObject({ accountable: z.string(), lanes: z.array(Owner) }),
  evidence: z.strictObject({
    level: z.enum(['live', 'recorded', 'schema', 'none']),
    target: z.strictObject({
      kind: z.enum(['mock', 'container', 'url']),
      build: z.string(),
      environment: z.string(),
      proof: z.string(),
    }),
    recording: z.strictObject({
      digest: z.string(),
      recordedAt: z.string(),
      connector: z.string(),
      erp: z.string(),
      sanitizing: z.array(z.strictObject({ rule: z.string(), count: Whole })),
    }),
    baseline: z.strictObject({ digest: z.string(), build: z.string(), capturedAt: z.string() }),
    candidate: z.strictObject({ digest: z.string(), build: z.string(), capturedAt: z.string() }).nullable(),
    /** How the sandbox and the mocked API agree, when a real ERP answered and a snapshot of its release exists. */
    agreement: z
      .strictObject({
        compared: Whole,
        agreed: Whole,
        disagreements: z.array(Disagreement),
      })
      .nullable(),
    /** What was seen and left out of the comparison, by reason. */
    notCompared: z.array(z.strictObject({ what: z.string(), count: Whole, why: z.string() })),
    coverage: Coverage.default([]),
    /** Null when no drill was run on the scenario. */
    drill: Drill.nullable().default(null),
    /** What a second engine said about the changed places of the published schema; null in assessments of before it was asked. */
    secondOpinion: z
      .strictObject({ engine: z.string(), agreed: Whole, disagreed: Whole, notAsked: Whole })
      .nullable()
      .default(null),
  }),
  accounting: Accounting,
  controlTotals: z.array(ControlTotal),
  checks: z.array(CheckResult),
  findings: z.array(Finding),
  notes: z.array(NoteResult),
  waivers: z.array(
    z.strictObject({
      fingerprint: z.string(),
      owner: z.string(),
      approver: z.string(),
      reason: z.string(),
      expires: z.string(),
      state: z.enum(['in-force', 'expired', 'unused', 'self-approved']),
    }),
  ),
  invoices: z.array(InvoiceResult),
  /** Invoices value by value: at least one of every finding as far as there is room. Empty in older assessments. */
  sideBySide: z.array(SideBySide).default([]),
  /** Empty in assessments of before it was kept. */
  mapping: z.array(MappedField).default([]),
  /** How it is put in, step by step; empty where the verdict permits nothing, and in older assessments. */
  installation: z.array(InstallationStep).default([]),
  rollback: Rollback,
  /** Documents that could not be removed from the target. */
  leftBehind: z.array(z.strictObject({ invoice: z.string(), id: z.string(), why: z.string() })),
})
export type ChangeAssessment = z.infer<typeof ChangeAssessment>
