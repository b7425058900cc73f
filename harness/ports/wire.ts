import type { Json, JsonObject } from '../base/json.ts'
import type { Interaction } from '../model/recording.ts'

/** What one exchange did, in words that no ERP owns, read without a published schema. */
export type WireCall = Readonly<{
  seq: number
  /** `session` logs in or asks for the version; `transition` changes the state of a record, such as posting it. */
  kind: 'session' | 'search' | 'create' | 'update' | 'transition' | 'read' | 'remove'
  /** The ERP's own name, such as `account.invoice.post` or `POST /v1/bills`. */
  operation: string
  resource: string
  /** Keys of the records that the request is about. */
  ids: readonly string[]
  /** Records that were sent: nested records are lists of objects, references are keys, decimals and dates are text. */
  sent: readonly JsonObject[]
  /** What a search was narrowed by. */
  filters: readonly Readonly<{ field: string; value: Json }>[]
  /** The fields that were asked for; `undefined` where the ERP always answers all it has. */
  reads: readonly string[] | undefined
  /** Records in the answer, in the same form as those that were sent. */
  answered: readonly JsonObject[]
  /** Keys that the answer gives to the records that were sent, in their order. */
  created: readonly string[]
  /** Set when the ERP refused, whatever the status of HTTP was. */
  error?: Readonly<{ code: string; message: string }>
}>

/** What the traffic tells about the ERP behind it. */
export type WireProduct = Readonly<{
  /** Name of the product, `undefined` when the traffic fits none that is known. */
  product: string | undefined
  release: string | undefined
  /** Id of the ERP adapter that speaks this wire; `undefined` when there is none. */
  adapter: string | undefined
  /** Id of the schema source that reads what this product publishes. */
  schemaSource: string | undefined
  /** What of the traffic says so. */
  because: string
  /** How the connector logs in, and by whose name, where the traffic shows it. */
  auth: string | undefined
}>

/** Reads one wire protocol without knowing what the ERP publishes. Its id is the name of its file. */
export type Wire = Readonly<{
  title: string
  /** Whether an exchange is in this protocol. The one that fits the most exchanges reads them all. */
  recognizes: (interaction: Interaction) => boolean
  /** Another protocol that fits as many exchanges is preferred to this one. */
  isFallback?: true
  /** Field of an answered record that holds its key. */
  keyField: string
  product: (interactions: readonly Interaction[], urls: readonly string[]) => WireProduct
  read: (interactions: readonly Interaction[]) => readonly WireCall[]
  /** JSON Pointers of passwords and keys in a request's body. */
  secretsOf?: (interaction: Interaction) => readonly string[]
}>

/** Types a wire; the default export of every file in `discover/wires/`. */
export function defineWire(wire: Wire): Wire {
  return wire
}
