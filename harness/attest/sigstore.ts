import { type Bundle, bundleFromJSON, isBundleWithDsseEnvelope } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify'
import { GateError, messageOf } from '../base/errors.ts'
import { isJsonObject, parseJson, toPlain } from '../base/json.ts'
import { PAYLOAD_TYPE } from '../model/decision.ts'
import { type BundleOpener, payloadOf, refused } from './envelope.ts'

/** Who may sign with a certificate: exactly this identity, vouched for by exactly this issuer. */
export type AcceptedIdentity = Readonly<{ identity: string; issuer: string }>

/** The only form of bundle that proves by itself, offline, that its signature is in the log. */
const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/**
 * Opens Sigstore bundles by the authorities and logs of a trusted root. Everything is checked that the bundle can prove: the chain of the certificate,
 * its entry in the certificate log, the entry of the signature in the transparency log, the time of it, the signature itself and
 * whose it is. Throws `key-unusable` for a root that trusts nobody.
 */
export function bundleOpener(trustedRoot: string, file: string, accepted: AcceptedIdentity): BundleOpener {
  const verifier = new Verifier(toTrustMaterial(rootOf(trustedRoot, file)), {
    ctlogThreshold: 1,
    tlogThreshold: 1,
    timestampThreshold: 1,
  })
  return (json) => {
    const bundle = bundleOf(json)
    if (bundle === undefined || !isBundleWithDsseEnvelope(bundle)) {
      return refused('malformed', `it is no Sigstore bundle of version 0.3 with an in-toto statement`)
    }
    const { payload, payloadType } = bundle.content.dsseEnvelope
    if (payloadType !== PAYLOAD_TYPE) return refused('malformed', `its payload is of type ${payloadType}`)
    if (bundle.verificationMaterial.content.$case !== 'certificate') {
      return refused('identity-unknown', 'it is signed without a certificate')
    }
    try {
      const { identity } = verifier.verify(toSignedEntity(bundle))
      const [name, issuer] = [identity?.subjectAlternativeName, identity?.extensions?.issuer]
      // Compared whole: the library would take the identity for a pattern, which another identity may fit.
      if (name !== accepted.identity || issuer !== accepted.issuer) {
        return refused('identity-unknown', `it is signed by ${name ?? 'nobody'}, as ${issuer ?? 'nobody'} says`)
      }
    } catch (cause) {
      const isOfOthers = cause instanceof VerificationError && cause.code === 'CERTIFICATE_ERROR'
      return refused(isOfOthers ? 'identity-unknown' : 'signature-invalid', messageOf(cause))
    }
    return payloadOf(payload)
  }
}

function bundleOf(json: unknown): Bundle | undefined {
  try {
    const bundle = bundleFromJSON(json)
    return bundle.mediaType === MEDIA_TYPE ? bundle : undefined
  } catch {
    return undefined
  }
}

function rootOf(text: string, file: string): TrustedRoot {
  let root: TrustedRoot
  try {
    const json = parseJson(text)
    if (!isJsonObject(json)) throw new Error('it is no object')
    root = TrustedRoot.fromJSON(toPlain(json))
  } catch (cause) {
    throw unusable(`${file} is no trusted root of Sigstore: ${messageOf(cause)}.`)
  }
  const { certificateAuthorities, tlogs, ctlogs } = root
  if ([certificateAuthorities, tlogs, ctlogs].every((each) => each.length > 0)) return root
  throw unusable(`${file} trusts no certificate authority, no transparency log or no certificate log.`)
}

function unusable(message: string): GateError {
  return new GateError('key-unusable', message, {
    hint: 'Name the trusted_root.json of your Sigstore instance, as its TUF repository publishes it.',
  })
}
