import { describe, expect, test } from 'vitest'
import { filled, parseCommand } from './command.ts'

describe('a command line', () => {
  test.each<[string, string, readonly string[]]>([
    ['a program alone', 'connector', ['connector']],
    ['arguments', 'node  connector/dist/main.js --all', ['node', 'connector/dist/main.js', '--all']],
    ['quotes', `node "my connector/main.js" --name 'Café "Ø"'`, ['node', 'my connector/main.js', '--name', 'Café "Ø"']],
    ['an empty argument', `node main.js ''`, ['node', 'main.js', '']],
    ['a backslash', 'node my\\ connector.js', ['node', 'my connector.js']],
    ['what a shell would understand, in quotes', `node main.js '--match=a|b'`, ['node', 'main.js', '--match=a|b']],
  ])('%s', (_, text, words) => {
    expect(parseCommand(text)).toEqual(words)
  })

  test.each([
    ['a pipe', 'node main.js | tee log', 'holds "|", and it is run without a shell.'],
    ['a second command', 'node main.js; rm -rf /', 'holds ";", and it is run without a shell.'],
    ['a substitution', 'node $(which connector)', 'holds "$", and it is run without a shell.'],
    ['an open quote', 'node "main.js', 'has a quote that is not closed.'],
    ['nothing', '  ', 'The connector command is empty.'],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseCommand(text)).toThrow(message)
  })
})

describe('a template', () => {
  const values = { 'erp-url': 'http://127.0.0.1:8000', invoices: '/tmp/invoices.json' }

  test('is filled in, every time that a name stands in it', () => {
    expect(filled('{erp-url}/a?b={erp-url}&c={invoices}', values)).toBe(
      'http://127.0.0.1:8000/a?b=http://127.0.0.1:8000&c=/tmp/invoices.json',
    )
  })

  test('leaves what is no name as it is', () => {
    expect(filled('{"a": 1} {} {Invoices}', values)).toBe('{"a": 1} {} {Invoices}')
  })

  test('refuses an unknown name with those that there are', () => {
    expect(() => filled('{erp-host}', values)).toThrow('asks for {erp-host}, and the gate has no such value.')
  })
})
