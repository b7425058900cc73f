import 'reflect-metadata'
import { createPrivateKey, type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { GateError, messageOf } from '../base/errors.ts'

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY = 24 * 60 * 60 * 1000

/** An authority that a connector can be told to trust while it is recorded, and nobody else should. */
export type Authority = Readonly<{
  /** The certificate to trust, as PEM and where it lies. */
  certificate: string
  file: string
  /** Makes a certificate for one host and its key, as PEM. */
  certify: (host: string) => Promise<Readonly<{ cert: string; key: string }>>
}>

/**
 * Reads the authority of a folder, or makes one that lasts a year. The key is readable by its owner only; a key that others
 * can read is refused, because with it they could pose as any host. Throws `key-unusable`.
 */
export async function openAuthority(folder: string): Promise<Authority> {
  const file = join(folder, 'ca.pem')
  const keyFile = join(folder, 'ca-key.pem')
  if (!(await isThere(keyFile))) await makeAuthority(folder, file, keyFile)
  const { mode } = await stat(keyFile)
  if ((mode & 0o077) !== 0) {
    throw new GateError('key-unusable', `${keyFile} can be read by others.`, {
      hint: 'Delete the folder, and distrust its certificate wherever it was trusted; a new one is made.',
    })
  }
  let certificate: string
  let key: KeyObject
  let read: X509Certificate
  try {
    certificate = await readFile(file, 'utf8')
    key = createPrivateKey(await readFile(keyFile))
    read = new X509Certificate(certificate)
  } catch (cause) {
    throw unusable(folder, messageOf(cause), cause)
  }
  if (!read.checkPrivateKey(key)) throw unusable(folder, 'the key is not that of the certificate')
  if (Date.parse(read.validTo) < Date.now() + DAY) throw unusable(folder, `it ends on ${read.validTo}`)
  return { certificate, file, certify: (host) => certify(host, certificate, key) }
}

async function makeAuthority(folder: string, file: string, keyFile: string): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=change-gate recording proxy ${randomBytes(3).toString('hex')}`,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
    signingAlgorithm: CURVE,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    // Written with its mode, so that there is no moment at which others could read it; never over one that is there.
    await writeFile(keyFile, await pemOf(keys.privateKey), { mode: 0o600, flag: 'wx' })
    await writeFile(file, `${certificate.toString('pem')}\n`, { mode: 0o644 })
  } catch (cause) {
    throw unusable(folder, messageOf(cause), cause)
  }
}

/** A certificate for one host, for as long as one recording may take. */
async function certify(
  host: string,
  authority: string,
  key: KeyObject,
): Promise<Readonly<{ cert: string; key: string }>> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
  const issuer = new x509.X509Certificate(authority)
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ format: 'der', type: 'pkcs8' }),
    CURVE,
    false,
    ['sign'],
  )
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [host.slice(0, 64)] }],
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    signingAlgorithm: CURVE,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return { cert: `${certificate.toString('pem')}\n${authority}`, key: await pemOf(keys.privateKey) }
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
}

/** Positive, and never the same twice. */
function serial(): string {
  return `01${randomBytes(15).toString('hex')}`
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

function unusable(folder: string, why: string, cause?: unknown): GateError {
  return new GateError('key-unusable', `The authority in ${folder} cannot be used: ${why}.`, {
    hint: 'Delete the folder, so that a new one is made, and trust its certificate anew.',
    cause,
  })
}
