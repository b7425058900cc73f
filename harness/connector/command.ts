import { GateError } from '../base/errors.ts'

/** What only a shell would understand. */
const SHELL = /[|&;<>`\n]|\$\(/

/**
 * Takes a command line apart into a program and its arguments. Quotes and backslashes group as in a shell; there is no
 * shell, so what only a shell understands is refused. Throws `usage`.
 */
export function parseCommand(text: string): readonly [program: string, ...args: string[]] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (quote !== undefined) {
      if (character === quote) quote = undefined
      else if (character === '\\' && quote === '"' && /["\\]/.test(text[at + 1] ?? '')) word = (word ?? '') + text[++at]
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (character === '\\') {
      word = (word ?? '') + (text[++at] ?? '')
    } else if (/\s/.test(character) && character !== '\n') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (SHELL.test(character) || text.startsWith('$(', at)) {
      throw new GateError(
        'usage',
        `The connector command "${text}" holds "${character}", and it is run without a shell.`,
        {
          hint: 'Quote it if it is part of an argument; put what needs a shell into a script, and name the script.',
        },
      )
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote !== undefined) {
    throw new GateError('usage', `The connector command "${text}" has a quote that is not closed.`, {
      hint: `Close it with ${quote}.`,
    })
  }
  if (word !== undefined) words.push(word)
  const [program, ...args] = words
  if (program === undefined) {
    throw new GateError('usage', 'The connector command is empty.', {
      hint: 'Write it like --connector "node connector/dist/main.js".',
    })
  }
  return [program, ...args]
}

/** A text with `{name}` filled in. Throws `usage` with the names there are. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z][a-z-]*)\}/g, (_, name: string) => {
    const value = values[name]
    if (value !== undefined) return value
    throw new GateError(
      'usage',
      `connector.run in integration.yaml asks for {${name}}, and the gate has no such value.`,
      {
        hint: `Choose one of: ${Object.keys(values)
          .sort()
          .map((known) => `{${known}}`)
          .join(', ')}.`,
      },
    )
  })
}
