/** What stands where a secret was. */
export const MASK = '***'

/** A place of the output at which a secret stands: the line, counted from 1, with the secret masked. */
export type Leak = Readonly<{ stream: string; line: number; text: string; what: string }>

/** A value that must not be seen, and what it is. */
export type Secret = Readonly<{ what: string; value: string }>

/** Shorter values stand in many texts by chance, so they are told of no one. */
const SHORTEST = 6
/** A password is masked however many words are masked with it; below this, hardly any text would be left. */
const SHORTEST_PASSWORD = 3

/** Masks every secret in a text, however it is encoded. */
export function masked(text: string, secrets: readonly Secret[]): string {
  let done = text
  const isMasked = ({ what, text: form }: Form) => form.length >= (what === 'password' ? SHORTEST_PASSWORD : SHORTEST)
  for (const form of formsOf(secrets).filter(isMasked)) done = done.replaceAll(form.text, MASK)
  return done
}

/** Every line of an output that holds a secret. */
export function leaksIn(stream: string, text: string, secrets: readonly Secret[]): readonly Leak[] {
  const forms = formsOf(secrets).filter((form) => form.text.length >= SHORTEST)
  return text.split('\n').flatMap((line, index) => {
    const found = forms.find((form) => line.includes(form.text))
    return found === undefined ? [] : [{ stream, line: index + 1, text: masked(line, secrets), what: found.what }]
  })
}

type Form = Readonly<{ what: string; text: string }>

/** The ways in which a secret is written, the longest first, so that none leaves a rest of another. */
function formsOf(secrets: readonly Secret[]): readonly Form[] {
  return secrets
    .flatMap(({ what, value }) =>
      [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64').replace(/=+$/, ''),
      ].map((text) => ({ what, text })),
    )
    .sort((left, right) => right.text.length - left.text.length)
}
