/** Last word of a name that holds a secret; `TOKEN_URL` and `PASSWORD_FILE` hold none. */
const SECRET =
  /(?:^|[-_. ])(?:pass|passwd|password|passphrase|pwd|secret|token|credentials?|authorization|cookie|(?:api|access|private|secret|signing|encryption|auth)[-_ ]?key)$/

/** Keys of services that are known by how they begin, and passwords in a URL. */
const KNOWN =
  /-----BEGIN |\bgh[pousr]_\w{20}|\bgithub_pat_\w{20}|\bAKIA[A-Z0-9]{16}|\bxox[abpr]-|\bsk_live_|:\/\/[^/\s:@{}]+:[^/\s@{}]+@/

/** Whether a value is a secret that somebody wrote down, and not one that is filled in when the connector is run. */
export function isLiteralSecret(name: string, value: string): boolean {
  const literal = value.replace(/\{[a-z-]+\}/g, '').replace(/^\s*(?:bearer|basic|session|token)\s*/i, '')
  return KNOWN.test(value) || (SECRET.test(wordsOf(name)) && literal.trim() !== '')
}

/** Places of the arguments that hold such a secret: `--token=…`, or what comes after `--token`. */
export function literalSecretsIn(args: readonly string[]): readonly number[] {
  return args.flatMap((argument, index) => {
    const [, name, value] = /^--?([^=]+)=(.*)$/s.exec(argument) ?? []
    if (name !== undefined && value !== undefined) return isLiteralSecret(name, value) ? [index] : []
    const before = args[index - 1] ?? ''
    const flag = /^--?([^=]+)$/.exec(before)?.[1] ?? ''
    return isLiteralSecret(argument.startsWith('-') ? '' : flag, argument) ? [index] : []
  })
}

/** A name in small letters, with its words apart: `apiKey` is `api-key`. */
function wordsOf(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
}
