import type { Command } from 'commander'
import { GateError } from '../base/errors.ts'
import { attest, makeKeys, policyDigest, verifyDecision } from '../pipeline/decision.ts'
import { print } from './terminal.ts'

type AttestFlags = Readonly<{
  key?: string
  sigstore?: true
  fulcio: string
  rekor: string
  subject: string
  environment: string
  out?: string
}>

type VerifyFlags = Readonly<{
  key?: readonly string[]
  trustedRoot?: string
  identity?: string
  issuer?: string
  subject: string
  environment: string
  erpRelease: string
  policy: string
  decisions?: string
  evidence?: string
  conditionsHold?: boolean
}>

/** Adds the commands that sign decisions and that ask for them. */
export function addDecisionCommands(program: Command): void {
  program
    .command('keygen')
    .description('Make a pair of ed25519 keys: one signs decisions, the other lets a deploy step verify them.')
    .requiredOption('--out <folder>', 'folder outside any repository')
    .action(async ({ out }: { out: string }) => {
      const { signing, accepted, id } = await makeKeys(out)
      print(`signing key  ${signing}   (secret: CHANGE_GATE_SIGNING_KEY names it)`)
      print(`public key   ${accepted}   (change-gate verify --key)`)
      print(`key id       ${id}`)
    })

  program
    .command('attest <assessment>')
    .description('Sign what a stored assessment decided, for one build and one environment.')
    .option('--key <file>', 'signing key')
    .option(
      '--sigstore',
      'sign with the identity of the CI job instead of a key; who signed, and when, stands in a public log then',
    )
    .option('--fulcio <url>', 'with --sigstore: where certificates are issued', 'https://fulcio.sigstore.dev')
    .option('--rekor <url>', 'with --sigstore: where signatures are logged', 'https://rekor.sigstore.dev')
    .requiredOption('--subject <subject>', 'build of the connector, NAME=sha256:…')
    .requiredOption('--environment <environment>', 'where it may be installed, as integration.yaml names it')
    .option('--out <file>', 'decision to write, instead of beside the assessment')
    .action(async (assessment: string, { key, sigstore, fulcio, rekor, ...rest }: AttestFlags) => {
      if ((key === undefined) === (sigstore === undefined)) {
        throw new GateError('usage', 'A decision is signed either with a key or with Sigstore.', {
          hint: 'Name --key FILE or --sigstore, and not both.',
        })
      }
      print(await attest({ assessment, ...rest, by: key === undefined ? { fulcio, rekor } : { keyFile: key } }))
    })

  program
    .command('policy <change>')
    .description("Print the digest of a change request's policy, which change-gate verify asks for.")
    .action(async (change: string) => print(await policyDigest(change)))

  program
    .command('verify <decision>')
    .description('May this build go to this environment now? Exits 0 for yes and 1 for no, and names the reason.')
    .option('--key <file>', 'public key that decisions are accepted from; may be repeated', collected)
    .option('--trusted-root <file>', 'for Sigstore bundles: trusted_root.json of the instance')
    .option('--identity <identity>', 'for Sigstore bundles: whose certificate is accepted, whole and exactly')
    .option('--issuer <url>', 'for Sigstore bundles: who must have vouched for that identity')
    .requiredOption('--subject <digest>', 'build to install, sha256:…')
    .requiredOption('--environment <environment>', 'where it is to be installed')
    .requiredOption('--erp-release <release>', 'ERP release that runs there')
    .requiredOption('--policy <digest>', 'policy that must have decided, as change-gate policy prints it')
    .option('--decisions <folder>', 'folder of all decisions; a later no-go in it takes an earlier go back')
    .option('--evidence <level>', 'live, recorded or schema: ask for more than the policy does')
    .option('--conditions-hold', 'state that the conditions of a conditional go are met')
    .action(async (decision: string, options: VerifyFlags) => {
      const { key: _, conditionsHold, trustedRoot, identity, issuer, ...asked } = options
      const { text, status } = await verifyDecision({
        ...asked,
        decision,
        ...signersIn(options),
        conditionsHold: conditionsHold === true,
      })
      print(text)
      process.exitCode = status
    })
}

/** Whom a deploy step believes. Throws `usage` when that is nobody, or half of somebody. */
function signersIn({ key = [], trustedRoot, identity, issuer }: VerifyFlags) {
  const parts = [trustedRoot, identity, issuer]
  if (trustedRoot && identity && issuer) return { keys: key, sigstore: { trustedRoot, identity, issuer } }
  if (key.length > 0 && parts.every((part) => part === undefined)) return { keys: key }
  throw new GateError('usage', 'It is not said whose decisions are accepted.', {
    hint: 'Name --key FILE, or all of --trusted-root FILE, --identity and --issuer.',
  })
}

function collected(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value]
}
