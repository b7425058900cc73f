import { valueAt } from '../base/pointer.ts'
import { MASK, masked, type Secret } from '../connector/masking.ts'
import type { Difference } from '../model/difference.ts'
import type { Interaction } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { SECRET_HEADERS, secretsInHeader } from '../record/secret-headers.ts'

/** What nearly every program is given of an environment, and is no secret: it stands in many a line of output. */
const PLAIN = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_ENV']

/** Every secret that passed: what the ERP gave the connector, and what the connector was given. */
export class SecretsSeen {
  readonly #adapter: Pick<ErpAdapter, 'secretsOf'>
  readonly #secrets = new Map<string, string>()

  constructor(
    adapter: Pick<ErpAdapter, 'secretsOf'>,
    password: string,
    passed: readonly (readonly [name: string, value: string])[],
  ) {
    this.#adapter = adapter
    this.#add('password', password)
    for (const [name, value] of passed) if (!PLAIN.includes(name)) this.#add(name, value)
  }

  see({ request, response }: Omit<Interaction, 'seq'>): void {
    const places = this.#adapter.secretsOf(request, response)
    for (const [{ body }, pointers, what] of [
      [request, places.request, 'password'],
      [response, places.response, 'session-key'],
    ] as const) {
      for (const pointer of body !== undefined && 'json' in body ? pointers : []) {
        const value = body !== undefined && 'json' in body ? valueAt(body.json, pointer) : undefined
        if (typeof value === 'string') this.#add(what, value)
      }
    }
    for (const name of [...SECRET_HEADERS, ...(places.headers ?? [])]) {
      for (const value of [request.headers[name], response.headers[name]]) {
        for (const secret of value === undefined ? [] : secretsInHeader(name, value)) this.#add(name, secret)
      }
    }
  }

  all(): readonly Secret[] {
    return [...this.#secrets].map(([value, what]) => ({ value, what }))
  }

  /** What a value was first known as stays: a password is masked however short it is, wherever else it stands. */
  #add(what: string, value: string): void {
    if (value !== '' && value !== MASK && !this.#secrets.has(value)) this.#secrets.set(value, what)
  }
}

/** A difference with every secret masked in what it tells of the run. */
export function withoutSecrets(difference: Difference, secrets: readonly Secret[]): Difference {
  const shown = (text: string | null) => (text === null ? null : masked(text, secrets))
  return {
    ...difference,
    baseline: shown(difference.baseline),
    candidate: shown(difference.candidate),
    sent: shown(difference.sent),
  }
}
