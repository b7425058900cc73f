import { Worker } from 'node:worker_threads'
import { messageOf } from '../base/errors.ts'
import type { Answer, Question, SecondOpinion } from '../ports/second-opinion.ts'

/** Milliseconds for one question, and for all; megabytes for the worker. */
const QUESTION_TIME = 5_000
const TOTAL_TIME = 20_000
const MEMORY = 256

/**
 * json-schema-diff in a worker, so that neither its time nor its memory is ours. It ignores enum, const, format, pattern and
 * more without a word, follows references into files and networks, and answers wrongly for choices of closed objects: it
 * is only asked what it can answer.
 */
export const jsonSchemaDiff: SecondOpinion = {
  engine: 'json-schema-diff',
  keywords: new Set([
    'type',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
  ]),
  ask: (questions) => askWorker(questions, { question: QUESTION_TIME, total: TOTAL_TIME, memory: MEMORY }),
}

/** Asks in a worker with limits. What is not answered in time, or ends the worker, is answered `silent`. */
export async function askWorker(
  questions: readonly Question[],
  limits: Readonly<{ question: number; total: number; memory: number }>,
): Promise<readonly Answer[]> {
  const answers = new Map<string, Answer>()
  const end = Date.now() + limits.total
  let left = questions
  while (left.length > 0 && Date.now() < end) {
    const [asked] = left
    const before = left.length
    const fault = await round(left, answers, limits, end)
    left = left.filter((question) => !answers.has(question.id))
    // The worker ended on the first question that is left: it is passed over, the others are asked again.
    const [stuck] = left
    if (left.length > 0 && stuck !== undefined && (left.length < before || stuck === asked)) {
      answers.set(stuck.id, { id: stuck.id, silent: fault ?? 'the engine took too long' })
      left = left.slice(1)
    }
  }
  return questions.map((question) => answers.get(question.id) ?? { id: question.id, silent: 'no time was left' })
}

function round(
  questions: readonly Question[],
  answers: Map<string, Answer>,
  limits: Readonly<{ question: number; memory: number }>,
  end: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let fault: string | undefined
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./worker/json-schema-diff-worker.${extension}`, import.meta.url), {
      workerData: questions,
      resourceLimits: { maxOldGenerationSizeMb: limits.memory },
      stdout: true,
      stderr: true,
    })
    let timer: NodeJS.Timeout | undefined
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => void worker.terminate(), Math.max(0, Math.min(limits.question, end - Date.now())))
    }
    watch()
    worker.on('message', (answer: Answer) => {
      answers.set(answer.id, answer)
      watch()
    })
    worker.on('error', (error) => {
      fault = messageOf(error)
    })
    worker.on('exit', () => {
      clearTimeout(timer)
      resolve(fault)
    })
  })
}
