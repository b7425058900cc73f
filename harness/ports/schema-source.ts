import type { ErpSchema, ErpSchemaPair } from '../model/schema.ts'

/** One document as its publisher ships it. */
export type SchemaDocument = Readonly<{
  /** File name or URL, for error messages. */
  name: string
  text: string
  /** Reads a document that this one refers to, relative to it. Throws `path-outside-folder` when it leaves the folder. */
  resolve?: (reference: string) => SchemaDocument
}>

/** Reads one published schema format into an `ErpSchema`. Its id is the name of its file. */
export type SchemaSource = Readonly<{
  title: string
  /** Whether the document is in this format, judged by its content. */
  recognizes: (document: SchemaDocument) => boolean
  /** Throws `schema-invalid` with the place of the fault. */
  read: (document: SchemaDocument) => ErpSchema
  /** Reads two releases together, where that saves reading what is equal; the schemas are those that `read` gives. */
  readPair?: (old: SchemaDocument, next: SchemaDocument) => ErpSchemaPair
}>

/** Types a schema source; the default export of every file in `schema-sources/`. */
export function defineSchemaSource(source: SchemaSource): SchemaSource {
  return source
}
