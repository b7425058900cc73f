import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { readAssessment } from '../../pipeline/assessment-file.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** What a command printed and how it ended. */
export type Ended = Readonly<{ status: number | undefined; out: string; err: string }>

/** A folder of its own with the sample scenario and both snapshots, in which a test runs commands and spoils files. */
export class Workspace {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'change-gate-'))
    for (const part of ['scenarios', 'snapshots', 'ci']) {
      await cp(join(ROOT, part), join(folder, part), { recursive: true })
    }
    return new Workspace(folder)
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), 'utf8')
  }

  /** Replaces a text in a file; fails when it is not there, so that a test never spoils nothing. */
  async edit(path: string, from: string | RegExp, to: string): Promise<void> {
    const text = await this.read(path)
    const edited = text.replace(from, to)
    if (edited === text) throw new Error(`${path} does not hold ${from}.`)
    await writeFile(join(this.folder, path), edited)
  }

  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.folder, path), text)
  }

  /** Runs change-gate as a person would, from this folder. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const result = await execa(process.execPath, [join(ROOT, 'harness/cli/main.ts'), ...args], {
      cwd: this.folder,
      reject: false,
      env: { NO_COLOR: '1', ...env },
    })
    return { status: result.exitCode, out: result.stdout, err: result.stderr }
  }

  /** Starts change-gate; the test decides when it ends. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return execa(process.execPath, [join(ROOT, 'harness/cli/main.ts'), ...args], {
      cwd: this.folder,
      reject: false,
      env: { NO_COLOR: '1', ...env },
    })
  }

  async assessment(change: string, integration = 'tryton-ap'): Promise<{ [member: string]: unknown }> {
    return JSON.parse(await this.read(`reports/${integration}/${change}/assessment.json`))
  }

  /** The same, proven to be an assessment. */
  assessed(change: string, integration = 'tryton-ap'): ReturnType<typeof readAssessment> {
    return readAssessment(join(this.folder, `reports/${integration}/${change}/assessment.json`))
  }
}
