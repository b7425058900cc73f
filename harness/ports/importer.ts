import type { Json } from '../base/json.ts'
import type { RecordedRequest, RecordedResponse, RecordingHeader } from '../model/recording.ts'

/** A file with traffic that was recorded by something else, or exported by us. */
export type ImportDocument = Readonly<{
  /** File name, for messages. */
  name: string
  /** The text, or where the file is large its beginning. */
  text: string
  /** The text as JSON, numbers with their digits; `undefined` when it is none. The long list of a large file is read on demand. */
  json: Json | undefined
  /** Bytes of a file that this one refers to, by the names of the folders it may be in; `undefined` when there is none. */
  beside: (name: string) => Buffer | undefined
}>

/** One request and its response, before it is known where it was sent. */
export type Exchange = Readonly<{
  request: Omit<RecordedRequest, 'path' | 'query'>
  response: RecordedResponse
  durationMs: number
  /** What the file leaves open about this exchange: a matcher looser than the traffic, a guess of the tool that wrote it. */
  loose?: readonly string[]
}>

/** One entry of the file. Whatever is missing or cut is refused and never filled in. */
export type ImportedEntry = Readonly<{
  /** How a person finds it in the file, such as `entry 12 (POST /erp/)`. */
  name: string
  /** Where it was sent: a URL, or a path where the format does not keep the host. */
  url: string
  startedAt?: string
}> &
  Readonly<({ state: 'read' } & Exchange) | { state: 'refused'; why: string }>

/** What an importer made of a file. */
export type Imported =
  /** A recording of our own, which the store reads and proves to be whole. */
  | Readonly<{ state: 'stored' }>
  | Readonly<{
      state: 'traffic'
      /** In the order in which the requests were sent, as far as the format tells. */
      entries: readonly ImportedEntry[]
      /** What the format or the tool never tells, about the whole file. */
      loose: readonly string[]
      /** The header and digest of the recording that this file was exported from, as the file claims. */
      exported?: Readonly<{ header: RecordingHeader; digest: string }>
    }>

/** Reads one format of recorded traffic. Its id is the name of its file. */
export type Importer = Readonly<{
  title: string
  /** The keys that lead to the list which makes a file long, where the format has one. */
  longList?: readonly string[]
  /** Whether the document is in this format, judged by its content. */
  recognizes: (document: ImportDocument) => boolean
  /** Reads it whole. An entry that cannot be read is in the result as refused; nothing is left out silently. */
  read: (document: ImportDocument) => Imported
}>

/** Types an importer; the default export of every file in `importers/`. */
export function defineImporter(importer: Importer): Importer {
  return importer
}
