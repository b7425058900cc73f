/** Lines around a change that are shown with it. */
const CONTEXT = 3

type Line = Readonly<{ mark: ' ' | '-' | '+'; text: string }>

/** A unified diff of two texts, as `patch` and `git apply` take it; empty when they are equal. */
export function unifiedDiff(before: string, after: string, file: string): string {
  if (before === after) return ''
  const lines = linesOf(before.split('\n'), after.split('\n'))
  const hunks: string[] = []
  let [oldLine, newLine] = [1, 1]
  let open: { old: number; new: number; lines: Line[] } | undefined
  let quiet = 0
  for (const [index, line] of lines.entries()) {
    if (line.mark !== ' ') {
      const from = Math.max(index - CONTEXT, 0)
      const lead = open === undefined ? lines.slice(from, index) : []
      open ??= { old: oldLine - lead.length, new: newLine - lead.length, lines: [...lead] }
      open.lines.push(line)
      quiet = 0
    } else if (open !== undefined) {
      open.lines.push(line)
      quiet += 1
      const goesOn = lines.slice(index + 1, index + 1 + CONTEXT).some(({ mark }) => mark !== ' ')
      if (quiet >= CONTEXT && !goesOn) {
        hunks.push(hunkOf(open))
        open = undefined
      }
    }
    if (line.mark !== '+') oldLine += 1
    if (line.mark !== '-') newLine += 1
  }
  if (open !== undefined) hunks.push(hunkOf(open))
  return [`--- a/${file}`, `+++ b/${file}`, ...hunks, ''].join('\n')
}

function hunkOf({ old, new: next, lines }: Readonly<{ old: number; new: number; lines: readonly Line[] }>): string {
  // The text ends with a line break: the empty line behind it is none.
  const shown = lines.at(-1)?.mark === ' ' && lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines
  const count = (mark: '-' | '+') => shown.filter((line) => line.mark === ' ' || line.mark === mark).length
  return [`@@ -${old},${count('-')} +${next},${count('+')} @@`, ...shown.map(({ mark, text }) => mark + text)].join(
    '\n',
  )
}

/** The lines of both texts in order, by their longest common subsequence. */
function linesOf(before: readonly string[], after: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (row: number, column: number) => lengths[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const own = lengths[row]
      if (own === undefined) continue
      own[column] =
        before[row] === after[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    if (row < before.length && column < after.length && before[row] === after[column]) {
      lines.push({ mark: ' ', text: before[row] ?? '' })
      row += 1
      column += 1
    } else if (column >= after.length || (row < before.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: '-', text: before[row] ?? '' })
      row += 1
    } else {
      lines.push({ mark: '+', text: after[column] ?? '' })
      column += 1
    }
  }
  return lines
}
