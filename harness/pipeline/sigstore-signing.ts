import { GateError, messageOf } from '../base/errors.ts'
import { canonicalJson, type Json, toJson } from '../base/json.ts'
import { PAYLOAD_TYPE } from '../model/decision.ts'

/** Where a Sigstore instance issues certificates and keeps its log. */
export type SigstoreUrls = Readonly<{ fulcio: string; rekor: string }>

/**
 * Signs with the identity that the CI vouches for, and no key that anybody keeps: a certificate that holds for minutes, and an
 * entry in the log, where everybody sees who signed and when, and the digest of it. Throws `signing-failed`.
 */
export async function sigstoreSeal({ fulcio, rekor }: SigstoreUrls): Promise<(statement: Json) => Promise<string>> {
  const { CIContextProvider, DSSEBundleBuilder, FulcioSigner, RekorWitness } = await import('@sigstore/sign')
  const { bundleToJSON } = await import('@sigstore/bundle')
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({ fulcioBaseURL: fulcio, identityProvider: new CIContextProvider('sigstore') }),
    witnesses: [new RekorWitness({ rekorBaseURL: rekor })],
  })
  return async (statement) => {
    try {
      const bundle = await builder.create({ data: Buffer.from(canonicalJson(statement)), type: PAYLOAD_TYPE })
      return canonicalJson(toJson(bundleToJSON(bundle)))
    } catch (cause) {
      throw new GateError('signing-failed', `Sigstore signed nothing: ${messageOf(cause)}.`, {
        hint: 'Run it in a CI job that may ask for an identity token (GitHub: permissions id-token: write; GitLab: id_tokens with SIGSTORE_ID_TOKEN).',
        cause,
      })
    }
  }
}
