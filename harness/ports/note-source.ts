/** One release note document as its publisher ships it. */
export type NoteDocument = Readonly<{
  /** File name, for the source of each entry and for messages. */
  name: string
  text: string
}>

/** A difference that a statement announces, as far as its wording tells: the id of an expectation and its arguments. */
export type DraftedExpectation = Readonly<{ id: string; args: Readonly<Record<string, unknown>> }>

/** One statement of a release note, word for word. */
export type NoteStatement = Readonly<{
  says: string
  /** Where it stands: headings above it, and the line. */
  place: string
  line: number
  /** What it announces. Those are drafted that the harness knows and whose arguments are complete. */
  expects: readonly DraftedExpectation[]
  /** Resource and field that it names, when the format tells; `field` is absent for the resource as such. */
  names: readonly Readonly<{ resource: string; field?: string }>[]
}>

/** What was read, and how every line of the document was used: nothing is dropped without being counted. */
export type ReadNotes = Readonly<{
  statements: readonly NoteStatement[]
  /** Lines that are not a statement themselves, by what they are: heading, blank, table rule, front matter, part of a statement. */
  otherLines: Readonly<Record<string, number>>
}>

/** Reads one kind of release notes. Its id is the name of its file. */
export type NoteSource = Readonly<{
  title: string
  /** Whether the document is in this format, judged by its content. More special formats are asked first. */
  recognizes: (document: NoteDocument) => boolean
  /** Lower is asked first; 9 for formats that take nearly anything. */
  order: number
  read: (document: NoteDocument) => ReadNotes
}>

/** Types a note source; the default export of every file in `note-sources/`. */
export function defineNoteSource(source: NoteSource): NoteSource {
  return source
}
