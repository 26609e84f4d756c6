import { KeyturnError } from '../../core/errors.ts'
import { askFunction } from '../aws/ask.ts'
import { findSecret, type SecretStatus } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { fitted } from '../output/help.ts'
import { awsVerb, type CommonOptions, show, type Verb, withSession } from '../verb.ts'

export const endVerb: Verb = (program) =>
  awsVerb(program, 'end')
    .description('revoke what Keyturn made for a secret, so that it can be deleted or taken out of the inventory')
    .argument('<name>', 'full name, or unique end of a name')
    .option('--yes', 'do it; without this, say what would be revoked')
    .addHelpText(
      'after',
      fitted(`
Examples:
  $ keyturn end openai                                        # what would be revoked; changes nothing
  $ keyturn end openai --yes                                  # revoke its keys at the provider, the current one too`),
    )
    .action((name: string, options: CommonOptions & { yes?: boolean }) =>
      withSession(
        options,
        async (session) => {
          const result = await end(session, name, options.yes === true)
          show(options, result, describeEnd(result))
        },
        name,
      ),
    )

export interface EndResult {
  name: string
  strategy: string
  /** What becomes of the keys. */
  outcome: string
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
  const result = {
    name: secret.name,
    strategy: secret.strategy,
    outcome: outcome(secret),
    versions: livingVersions(secret),
  }
  if (!confirmed) return { ...result, ended: false }
  await askFunction(session, secret, { Step: 'endSecret' }, 'secret-not-ended').catch((error: unknown) => {
    if (!(error instanceof KeyturnError) || error.code !== 'secret-not-ended') throw error
    const message = `${error.message}\nNothing else was changed; correct it, then: keyturn end ${secret.name} --yes`
    throw new KeyturnError('secret-not-ended', message, error)
  })
  return { ...result, ended: true }
}

function livingVersions({ keys }: SecretStatus): readonly string[] {
  const { current, pending, grace, expired, malformed, unordered } = keys
  const old = [...grace, ...expired, ...malformed].map(({ versionId }) => versionId)
  return [current, pending, ...old, ...unordered].filter((versionId) => versionId !== undefined)
}

/** What becomes of the keys: what Keyturn did not make it cannot revoke. */
function outcome({ presentedBy, revokedBy, supply }: SecretStatus): string {
  if (revokedBy === 'keyturn') return 'all its keys are revoked at the provider, and whoever still uses one is cut off'
  if (presentedBy === 'clients')
    return 'its old keys are refused; the current one is refused once the secret is deleted'
  if (supply === 'required')
    return 'its old values are retired here; revoke them, and the current one, where they were issued'
  return 'its old values are retired here; what still holds one goes on holding it'
}

function describeEnd({ name, outcome, ended, versions }: EndResult): string {
  if (ended) return `${name} is ended: ${outcome}. It is rotated no more, and may be deleted.`
  const living = versions.length === 1 ? 'its living version' : `its ${versions.length} living versions`
  return [
    `This would end ${name}, with ${living}:`,
    ...versions.map((versionId) => `  ${versionId}`),
    `Then ${outcome}. To do it: keyturn end ${name} --yes`,
  ].join('\n')
}
