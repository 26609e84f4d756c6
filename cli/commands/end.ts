import { InvokeCommand } from '@aws-sdk/client-lambda'
import { KeyturnError } from '../../core/errors.ts'
import { findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { awsVerb, type CommonOptions, printJson, type Verb, withSession } from '../verb.ts'

export const endVerb: Verb = (program) =>
  awsVerb(program, 'end')
    .description('revoke what Keyturn made for a secret, so that it can be deleted or taken out of the inventory')
    .argument('<name>', 'full name, or unique end of a name')
    .option('--yes', 'do it; without this, say what would be revoked')
    .addHelpText(
      'after',
      `
Examples:
  $ keyturn end openai                                        # what would be revoked; changes nothing
  $ keyturn end openai --yes                                  # revoke its keys at the provider, the current one too`,
    )
    .action((name: string, options: CommonOptions & { yes?: boolean }) =>
      withSession(options, async (session) => {
        const result = await end(session, name, options.yes === true)
        if (options.json) printJson(result)
        else console.log(describeEnd(result))
      }),
    )

export interface EndResult {
  name: string
  strategy: string
  ended: boolean
  /** Versions that were alive before. */
  versions: readonly string[]
}

/**
 * `keyturn end NAME --yes`: has the rotation function revoke what it made for a secret, so that it can be deleted
 * or taken out of the inventory. Without `--yes` it says what would be revoked, and changes nothing.
 * @throws KeyturnError `secret-not-ended`, `secret-deleted`, `rotation-function-missing` (needs-human)
 */
async function end(session: AwsSession, name: string, confirmed: boolean): Promise<EndResult> {
  const secret = await findSecret(session, name)
  if (secret.deleted) {
    throw new KeyturnError(
      'secret-deleted',
      `${secret.name} is scheduled for deletion, so its keys cannot be read. Restore it (aws secretsmanager restore-secret --secret-id ${secret.name}), then end it, then delete it again.`,
    )
  }
  const result = { name: secret.name, strategy: secret.strategy, versions: livingVersions(secret) }
  if (!confirmed) return { ...result, ended: false }
  if (!secret.rotationFunction) {
    throw new KeyturnError(
      'rotation-function-missing',
      `${secret.name} has no rotation function, which alone can revoke its keys. Run pulumi up to restore it.`,
    )
  }
  const { FunctionError, Payload } = await session.lambda().send(
    new InvokeCommand({
      FunctionName: secret.rotationFunction,
      Payload: JSON.stringify({ Step: 'endSecret', SecretId: secret.arn }),
    }),
  )
  if (FunctionError === undefined) return { ...result, ended: true }
  const { errorMessage = 'the rotation function failed; its log tells why' } = JSON.parse(
    Buffer.from(Payload ?? []).toString('utf8') || '{}',
  ) as { errorMessage?: string }
  throw new KeyturnError(
    'secret-not-ended',
    `${errorMessage}\nNothing else was changed; correct it, then: keyturn end ${secret.name} --yes`,
  )
}

function livingVersions({ keys }: SecretStatus): readonly string[] {
  const { current, pending, grace, expired, malformed, unordered } = keys
  const old = [...grace, ...expired, ...malformed].map(({ versionId }) => versionId)
  return [current, pending, ...old, ...unordered].filter((versionId) => versionId !== undefined)
}

/** What becomes of the keys, by strategy: what Keyturn did not make it cannot revoke. */
const OUTCOME: Readonly<Record<string, string>> = {
  'provider-key': 'all its keys are revoked at the provider, and whoever still uses one is cut off',
  'client-key': 'its old keys are refused; the current one is refused once the secret is deleted',
  supplied: 'its old values are retired here; revoke them, and the current one, where they were issued',
  random: 'its old values are retired here; what still holds one goes on holding it',
}

function describeEnd({ name, strategy, ended, versions }: EndResult): string {
  const outcome = OUTCOME[strategy] ?? 'its old versions are retired'
  if (ended) return `${name} is ended: ${outcome}. It is rotated no more, and may be deleted.`
  const living = versions.length === 1 ? 'its living version' : `its ${versions.length} living versions`
  return [
    `This would end ${name}, with ${living}:`,
    ...versions.map((versionId) => `  ${versionId}`),
    `Then ${outcome}. To do it: keyturn end ${name} --yes`,
  ].join('\n')
}
