import type { Json, JsonObject } from '../base/json.ts'
import type { DifferenceClass } from '../model/difference.ts'
import type { Integration } from '../model/integration.ts'
import type { Interaction, RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ListedValue, Snapshot, ValueLists } from '../model/snapshot.ts'
import type { Mutant } from './mutant.ts'
import type { SchemaDocument } from './schema-source.ts'

/** What a sender knows of a request that writes nothing: it may be sent again until its answer is whole. */
export type Repeatable = Readonly<{ isWhole: (response: RecordedResponse) => boolean }>

/** Sends one request and returns what came back. Throws `target-unreachable` when nothing came back. */
export type Transport = Readonly<{
  /** Where it sends to, for messages. */
  url: string
  /** A request without `repeatable` may write and is sent once, whatever becomes of it. */
  send: (request: RecordedRequest, repeatable?: Repeatable) => Promise<RecordedResponse>
  close: () => Promise<void>
}>

/** A user and a secret, from the environment. */
export type Credential = Readonly<{ user: string; password: string }>

/**
 * A place in a request that holds the id of a record: a JSON Pointer into the body, `path:2` for a segment of the path
 * counted from 0, `query:supplier` for a parameter, `header:x-company` for a header, `form:vendor` for a field of a form.
 * The id may be a part of what stands there, as in `Invoices(17)`.
 */
export type Reference = Readonly<{ pointer: string; resource: string; id: string }>

/** A field that a request sends, reads or filters by, and where in the request it stands, as in `Reference`. */
export type FieldUse = Readonly<{
  pointer: string
  resource: string
  field: string
  value?: Json
  /** Where the name of the field stands as a value of its own, as in a list of names; else it is the end of `pointer`. */
  named?: string
}>

/** The value list that a field names a value of, and by what. */
export type ListedBy = Readonly<{ list: string; by: 'id' | 'code' }>

/** Which invoice an operation is about, where its request says so. */
export type DocumentKey = Readonly<{
  /** Supplier and reference: what makes an invoice one and the same for a person. */
  key: string
  /** The supplier's name in `Names`, and the resource it is a record of; none where the ERP takes its code as it is. */
  supplier: string
  supplierResource?: string
  /** The supplier's id in the system that the request is for; its code where the ERP takes the code as it is. */
  supplierId: string
  reference: string
}>

/** What a recorded request does, in terms that no ERP owns. */
export type Operation = Readonly<{
  /**
   * `session` logs in or asks for the version; `lookup` reads master data; `find` looks for a document by its reference;
   * `create`, `transition` and `remove` write a document; `read` reads one; `acknowledge` answers a warning; `poll` asks
   * what became of a write that the ERP does later.
   */
  kind: 'session' | 'lookup' | 'find' | 'create' | 'transition' | 'read' | 'remove' | 'acknowledge' | 'poll'
  /** The ERP's own name, such as `account.invoice.post`. */
  name: string
  resource: string
  references: readonly Reference[]
  sends: readonly FieldUse[]
  reads: readonly FieldUse[]
  filters: readonly FieldUse[]
  /** Listed values that the request names by their code; those it names by their id are `references`. */
  codes?: readonly Readonly<{ pointer: string; resource: string; code: string }>[]
  document?: DocumentKey
  /** The job that a `poll` asks for. */
  job?: string
  /** Whether the ERP does it later, as a job: that its document is not there yet says nothing. */
  isDeferred?: boolean
  /** Set where the answer to be read is one to a question after the job that the operation became. */
  isAwaited?: boolean
}>

/** One error as the ERP told it. */
export type ErpError = Readonly<{
  scope: 'record' | 'line' | 'connection'
  /** The ERP's stable code or class of error; never its wording. */
  code: string
  message: string
}>

/** What the ERP made of a request. `fault` is about the connection and never about a record. */
export type Outcome =
  | Readonly<{ state: 'accepted'; result: Json; warnings: readonly string[] }>
  | Readonly<{ state: 'pending'; job: string }>
  | Readonly<{ state: 'needs-ack'; warning: ErpError }>
  | Readonly<{ state: 'rejected'; errors: readonly ErpError[]; raw: Json }>
  | Readonly<{ state: 'fault'; error: ErpError }>

/**
 * Names for the records of one system: the same record has the same name on every system, though its id differs.
 * A name is a code (`account.account` `5100`) or a path from the invoice (`invoice/lines/0`).
 */
export type Names = Readonly<{
  /** Learns a name. The same id keeps its first name. */
  learn: (resource: string, id: string, name: string) => void
  nameOf: (resource: string, id: string) => string | undefined
  /** The id of a name, `undefined` when unknown. Throws when two records have the same name. */
  idOf: (resource: string, name: string) => string | undefined
}>

/** Which product and release answers, and whether it may be posted to. */
export type Identity = Readonly<{
  product: string
  /** Release as change requests name it, such as `7.0`. */
  release: string
  /** Full version as the ERP names it. */
  build: string
  environment: 'sandbox' | 'production' | 'unknown'
  /** How the environment is known, or why it is not. */
  proof: string
  /** Whether a virtual ERP answered, in this process or over HTTP: it is never live evidence. */
  simulated: boolean
  principal: string
}>

/** A document as stored: its values with references by code, and the id of every record that it is made of. */
export type ReadBack = Readonly<{
  document: Json
  /** Path of each record from the invoice, such as `lines/0`; the invoice itself has the empty path. */
  parts: readonly Readonly<{ resource: string; id: string; path: string }>[]
}>

/** Why an ERP refuses an invoice: a line of it, its period, or that it is there already. */
export type RefusalReason = 'line' | 'period' | 'duplicate'

/** An authenticated connection to one ERP. */
export type Session = Readonly<{
  identify: () => Promise<Identity>
  /** Adds this session's credential to a recorded request that had none, because it was removed. */
  authorize: (request: RecordedRequest) => RecordedRequest
  /** Sends a request; one that only reads is sent again when its answer is lost on the way. */
  send: (request: RecordedRequest, readsOnly: boolean) => Promise<RecordedResponse>
  /**
   * The answer to a write that is known to have been done although its answer was lost; `id` is the document's. Absent where
   * an ERP's answer cannot be known afterwards: such a write is sent again only under a key. Throws `target-fault`.
   */
  answerOf?: (
    operation: Operation,
    request: RecordedRequest,
    id: string,
    schema: ErpSchema,
  ) => Promise<RecordedResponse>
  /** Asks for the outcome of a job; `undefined` while the ERP still works on it. Absent where an ERP answers at once. */
  poll?: (job: string) => Promise<RecordedResponse | undefined>
  /** The published schema of these resources, in the publisher's own format; `undefined` when the ERP does not tell. */
  describe: (resources: readonly string[]) => Promise<SchemaDocument | undefined>
  /** What the adapter wants kept in a snapshot besides schema, lists and documents. */
  extras: () => Promise<JsonObject>
  listValues: (lists: Readonly<Record<string, readonly string[]>>) => Promise<ValueLists>
  /** The whole document as stored now. `undefined` when there is none. Throws `target-fault`. */
  readBack: (id: string, schema: ErpSchema, values: ValueLists) => Promise<ReadBack | undefined>
  /** Takes a document away again, as this ERP allows in its state. */
  remove: (id: string) => Promise<'deleted' | 'voided' | 'left'>
  /** Ids of the documents with this supplier id and reference. */
  find: (supplierId: string, reference: string) => Promise<readonly string[]>
}>

/** One accounting period; dates are ISO 8601, both within it. */
export type Period = Readonly<{ code: string; from: string; to: string; isOpen: boolean }>

/** How an ERP tells which periods take invoices, and where its documents hold dates and periods. */
export type Periods = Readonly<{
  /** The value list that holds the periods, and the field of its rows that says whether one is open. */
  list: string
  state: string
  /** A period; `undefined` for one that takes no invoices, such as an adjustment period. */
  read: (row: ListedValue) => Period | undefined
  /** The date by which a sent document is booked; empty where it says none. */
  bookedOn: (sent: Json) => string
  kindOf: (resource: string, field: string, schema: ErpSchema) => 'date' | 'period' | undefined
  /** A date as a request spells it. */
  wire: (date: string) => Json
}>

/** What a person wants to know of an invoice. Amounts are decimal text in the invoice's currency. */
export type InvoiceFacts = Readonly<{
  supplier: string
  reference: string
  type: 'invoice' | 'credit-note'
  date: string
  currency: string
  /** The company that is invoiced. */
  entity: string
  net: string
  tax: string
  gross: string
  /** State as the ERP names it. */
  state: string
  /** Number that the ERP gave the document; empty when it gave none. */
  number: string
  period: string
  lines: number
  /** Account of each line, for the hash total. */
  accounts: readonly string[]
}>

/** What is known of a field without asking which ERP it belongs to. */
export type FieldMeaning = Readonly<{
  class: DifferenceClass
  /** True when the ERP assigns the value itself, such as a document number: its presence is compared, not its value. */
  assigned: boolean
  /** Set for money alone, never for a rate, a quantity or a price: in the document's currency or in that of the books. */
  money?: 'document' | 'ledger'
  /** Set for rows that the ERP finds in no order of its own: a mocked API and a real one may list them differently. */
  unordered?: true
}>

/** The requests and answers of one ERP release, simulated from its snapshot. */
export type VirtualErp = Readonly<{
  handle: (request: RecordedRequest) => RecordedResponse
  /** Keys of the documents that were answered from rules and not from a stored document. */
  unrecorded: () => readonly string[]
}>

/** How this ERP takes a document back: what to do, where, and what becomes of it. */
export type Reversal = Readonly<{
  how: 'delete' | 'cancel' | 'credit-note' | 'reversing-entry'
  /** One sentence that names the screen or the call of this ERP. */
  action: string
}>

/** What an adapter can do; a check that needs what is absent is `not-applicable`. */
export type Capability =
  | 'describe'
  | 'list-values'
  | 'read-back'
  | 'find-by-reference'
  | 'delete-draft'
  | 'void-posted'
  | 'draft-stage'
  | 'idempotency-key'

/** A place in `integration.yaml` that does not fit what the ERP publishes. */
export type ConfigurationFault = Readonly<{ path: readonly (string | number)[]; message: string }>

/** Everything the harness knows about one ERP product. Its id is the name of its file. */
export type ErpAdapter = Readonly<{
  title: string
  /** The adapter of one integration, where the adapter serves many products by configuration. */
  configure?: (integration: Integration) => ErpAdapter
  /** Sorts a published schema into the resources that the operations of this adapter name, where it is not so already. */
  arrange?: (published: ErpSchema) => Readonly<{ schema: ErpSchema; faults: readonly ConfigurationFault[] }>
  capabilities: readonly Capability[]
  /** The resource that is the invoice itself. */
  documentResource: string
  /** The field that holds the supplier's reference, and how many characters it takes. */
  referenceField: Readonly<{ resource: string; field: string; longest: number | undefined }>
  /** Resources that a stored document is made of, read back beyond what the connector touches. */
  documentResources: readonly string[]
  /** Value lists by resource, with the fields that are kept in a snapshot besides those the recordings use. */
  valueLists: Readonly<Record<string, readonly string[]>>
  /** JSON Pointers of the secrets in the bodies of one interaction (passwords, session keys), and headers of its own. */
  secretsOf: (
    request: RecordedRequest,
    response: RecordedResponse,
  ) => Readonly<{ request: readonly string[]; response: readonly string[]; headers?: readonly string[] }>
  /** The release that answered in a recording, `undefined` when the recording does not tell. */
  releaseOf: (interactions: readonly Interaction[]) => string | undefined
  decode: (request: RecordedRequest, schema: ErpSchema, names: Names) => Operation
  /** JSON Pointers into a body that number a request and say nothing: two requests that mean the same differ in them. */
  numbering: readonly string[]
  /** Reads an answer, learns the names of the records in it, and returns the result with names in place of ids. */
  interpret: (operation: Operation, response: RecordedResponse, schema: ErpSchema, names: Names, at: string) => Outcome
  /** Puts the key into a write by which the ERP knows it when it comes again. Absent where the ERP has no such key. */
  keyed?: (request: RecordedRequest, key: string) => RecordedRequest
  /** What a `create` sends, references by name. */
  sent: (operation: Operation, request: RecordedRequest, schema: ErpSchema, names: Names) => Json
  facts: (document: Json) => InvoiceFacts
  /** The list that a field names a value of, `undefined` where it names none. */
  listOf: (resource: string, field: string, schema: ErpSchema) => ListedBy | undefined
  meaning: (resource: string, field: string, schema: ErpSchema) => FieldMeaning
  /** The answer with which this ERP refuses a request that it could have accepted: what a connector is failed with. */
  refusal: (request: RecordedRequest, why: RefusalReason) => RecordedResponse
  connect: (transport: Transport, credential: Credential, database: string) => Promise<Session>
  /** Currency of the books, `undefined` when the value lists do not tell. */
  ledgerCurrency?: (values: ValueLists) => string | undefined
  /** Accounting periods, where the value lists tell them. */
  periods?: Periods
  /** How a document is taken back, by its state. A state that is not here is one the adapter knows nothing about. */
  reversals?: Readonly<Record<string, Reversal>>
  virtual: (snapshot: Snapshot, credential: Credential, database: string) => VirtualErp
  /** Defects that can be put into the virtual ERP, to test the gate itself. */
  mutants: readonly Mutant[]
}>

/** Server header of every virtual ERP, by which it is told from a real one. */
export const VIRTUAL_SERVER = 'erp-change-gate virtual ERP'

/** Header by which a virtual ERP says that it answered from rules and not from a stored document. */
export const VIRTUAL_BY_RULES = 'x-change-gate-by-rules'

/** A run tag, as a replay puts it at the end of a reference, before white space. */
export const RUN_TAG = /~[0-9a-f]{6}p?(?=\s*$)/

/** Types an ERP adapter; the default export of every file in `erps/`. */
export function defineErp(adapter: ErpAdapter): ErpAdapter {
  return adapter
}
