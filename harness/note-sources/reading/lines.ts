import type { NoteStatement, ReadNotes } from '../../ports/note-source.ts'
import { expectationsIn } from './wording.ts'

/** Collects statements and counts every line that is none. */
export class Lines {
  readonly #statements: { says: string; place: string; line: number }[] = []
  readonly #others = new Map<string, number>()

  statement(says: string, place: string, line: number): void {
    this.#statements.push({ says, place, line })
  }

  /** Adds a line to the statement before it; a line with nothing before it is a statement of its own. */
  continues(text: string, place: string, line: number): void {
    const last = this.#statements.at(-1)
    if (last === undefined) this.statement(text, place, line)
    else {
      last.says = `${last.says} ${text}`
      this.other('part of a statement')
    }
  }

  other(what: string): void {
    this.#others.set(what, (this.#others.get(what) ?? 0) + 1)
  }

  /** The statements; `draft` tells what one announces, by its wording unless the format knows better. */
  result(draft: (says: string) => Pick<NoteStatement, 'expects' | 'names'> = expectationsIn): ReadNotes {
    return {
      statements: this.#statements.map((statement) => ({ ...statement, ...draft(statement.says) })),
      otherLines: Object.fromEntries([...this.#others].sort()),
    }
  }
}

/** Headings above a line, outermost first. */
export class Headings {
  readonly #open: { level: number; text: string }[] = []

  enter(level: number, text: string): void {
    while ((this.#open.at(-1)?.level ?? 0) >= level) this.#open.pop()
    this.#open.push({ level, text })
  }

  get path(): string {
    return this.#open.map(({ text }) => text).join(' > ')
  }
}

/** Lines of a text with their numbers, from 1. */
export function numbered(text: string): readonly Readonly<{ line: number; text: string }>[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => ({ line: index + 1, text: line }))
}

/** The place of a statement in words. */
export function placeOf(path: string, line: number): string {
  return path === '' ? `line ${line}` : `${path}, line ${line}`
}
