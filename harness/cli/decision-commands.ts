import type { Command } from 'commander'
import { attest, makeKeys, policyDigest, verifyDecision } from '../pipeline/decision.ts'
import { print } from './terminal.ts'

type VerifyFlags = Readonly<{
  key: readonly string[]
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
    .requiredOption('--key <file>', 'signing key')
    .requiredOption('--subject <subject>', 'build of the connector, NAME=sha256:…')
    .requiredOption('--environment <environment>', 'where it may be installed, as integration.yaml names it')
    .option('--out <file>', 'decision to write, instead of beside the assessment')
    .action(async (assessment: string, options: { key: string; subject: string; environment: string; out?: string }) =>
      print(await attest({ assessment, ...options })),
    )

  program
    .command('policy <change>')
    .description("Print the digest of a change request's policy, which change-gate verify asks for.")
    .action(async (change: string) => print(await policyDigest(change)))

  program
    .command('verify <decision>')
    .description('May this build go to this environment now? Exits 0 for yes and 1 for no, and names the reason.')
    .requiredOption('--key <file>', 'public key that decisions are accepted from; may be repeated', collected)
    .requiredOption('--subject <digest>', 'build to install, sha256:…')
    .requiredOption('--environment <environment>', 'where it is to be installed')
    .requiredOption('--erp-release <release>', 'ERP release that runs there')
    .requiredOption('--policy <digest>', 'policy that must have decided, as change-gate policy prints it')
    .option('--decisions <folder>', 'folder of all decisions; a later no-go in it takes an earlier go back')
    .option('--evidence <level>', 'live, recorded or schema: ask for more than the policy does')
    .option('--conditions-hold', 'state that the conditions of a conditional go are met')
    .action(async (decision: string, options: VerifyFlags) => {
      const { key, conditionsHold, ...asked } = options
      const { text, status } = await verifyDecision({
        ...asked,
        decision,
        keys: key,
        conditionsHold: conditionsHold === true,
      })
      print(text)
      process.exitCode = status
    })
}

function collected(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value]
}
