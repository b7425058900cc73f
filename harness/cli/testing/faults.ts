import { type Passing, passOn } from './fault-proxy.ts'

export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
  async ({ outgoing }: Passing): Promise<void> => {
    outgoing.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
  }
export const reset = async ({ outgoing }: Passing) => void outgoing.destroy()
export const resetAfter = async (passing: Passing) => {
  await passing.forward()
  passing.outgoing.destroy()
}
export const resetMidBody = async (passing: Passing) => {
  const { status, headers, body } = await passing.forward()
  passing.outgoing.writeHead(status, { ...headers, 'content-length': String(body.length) })
  passing.outgoing.write(body.subarray(0, body.length / 2), () => passing.outgoing.destroy())
}
export const truncated = async (passing: Passing) => {
  const { status, headers, body } = await passing.forward()
  passing.outgoing.writeHead(status, headers).end(body.subarray(0, body.length - 2))
}
export const deliveredTwice = async (passing: Passing) => {
  const { status, headers, body } = await passing.forward()
  await passing.forward()
  passing.outgoing.writeHead(status, headers).end(body)
}
export const late = async (passing: Passing, then = passOn) => {
  await new Promise((resolve) => setTimeout(resolve, 40))
  await then(passing)
}

/** Spoils the calls of a method, some of them. */
export function on(method: RegExp, fault: (passing: Passing) => Promise<void>, which = (nth: number) => nth % 5 === 2) {
  let nth = 0
  return (passing: Passing) => (method.test(passing.method) && which(nth++) ? fault(passing) : passOn(passing))
}

/** Spoils everything from a request on. */
export function from(first: number, fault: (passing: Passing) => Promise<void>) {
  return (passing: Passing) => (passing.nth >= first ? fault(passing) : passOn(passing))
}

/** Spoils some requests in some way, the same ones for the same seed. */
export function chaos(seed: number) {
  const faults = [reset, resetAfter, resetMidBody, truncated, late, answer(503, 'busy'), answer(502, 'bad gateway')]
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return (passing: Passing) => {
    const fault = random() < 0.04 ? faults[Math.floor(random() * faults.length)] : undefined
    return (fault ?? passOn)(passing)
  }
}
