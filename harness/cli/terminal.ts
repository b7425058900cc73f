import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'

/** Writes a line to standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a line about the work in progress to standard error, so that standard output stays a result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Writes an error: what happened, and what to do next. */
export function printError(code: string, message: string, hint: string): void {
  const mark = process.stderr.isTTY ? styleText('red', 'error') : 'error'
  process.stderr.write(`${mark} ${code}: ${message}\n  next: ${hint}\n`)
}

/** Shows how far a replay is: a bar with counts and time left on a terminal, a plain line every tenth elsewhere. */
export function progress(
  title: string,
  unit = 'invoices',
): Readonly<{ update: (done: number, total: number, what: string) => void; stop: () => void }> {
  if (!process.stderr.isTTY) {
    let told = -1
    return {
      update: (done, total) => {
        const tenth = total === 0 ? 10 : Math.floor((done * 10) / total)
        if (tenth === told) return
        told = tenth
        note(`${title}: ${done} of ${total} ${unit}`)
      },
      stop: () => undefined,
    }
  }
  const bar = new SingleBar(
    {
      format: `${title} {bar} {value}/{total} ${unit}, {eta_formatted} left  {what}`,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 10,
    },
    Presets.shades_classic,
  )
  let started = false
  return {
    update: (done, total, what) => {
      if (!started) bar.start(total, 0, { what: '' })
      started = true
      bar.update(done, { what: what.slice(0, 40) })
    },
    stop: () => bar.stop(),
  }
}

/** Colors verdict words on a terminal; the text says the same without color. */
export function colored(text: string): string {
  if (!process.stdout.isTTY) return text
  return text
    .replace(/^(.*\bNO-GO\b.*)$/m, (line) => styleText(['bold', 'red'], line))
    .replace(/^(.*\bUNDECIDED\b.*)$/m, (line) => styleText(['bold', 'yellow'], line))
    .replace(/^(.*\bCONDITIONAL\b.*)$/m, (line) => styleText(['bold', 'yellow'], line))
    .replace(/^(.*\bGO\b(?!-).*)$/m, (line) => (line.includes('NO-GO') ? line : styleText(['bold', 'green'], line)))
}
