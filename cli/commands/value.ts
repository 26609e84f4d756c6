import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import { findSecret } from '../aws/secrets.ts'
import type { AwsSession } from '../aws/session.ts'
import { fitted } from '../output/help.ts'
import { awsVerb, type CommonOptions, show, type Verb, withSession } from '../verb.ts'

export const valueVerb: Verb = (program) =>
  awsVerb(program, 'value')
    .description('print the current value of one secret; the one command that prints a secret')
    .argument('<name>', 'full name, or unique end of a name')
    .option('--field <field>', 'one field of a JSON value, such as apiKey')
    .addHelpText(
      'after',
      fitted(
        '\nExamples:\n  $ keyturn value mobile-app\n  $ curl -H "Authorization: Bearer $(keyturn value mobile-app)" …',
      ),
    )
    .action((name: string, options: CommonOptions & { field?: string }) =>
      withSession(
        options,
        async (session) => {
          const found = await value(session, name, options.field)
          show(options, found, found.value)
        },
        name,
      ),
    )

/**
 * `keyturn value NAME`: the current value, asked for by name. The one command that prints a secret.
 * @throws KeyturnError `secret-without-value`, `field-missing` (needs-human)
 */
async function value(
  session: AwsSession,
  name: string,
  field: string | undefined,
): Promise<{ name: string; value: string }> {
  const secret = await findSecret(session, name)
  const text = await current(session, secret.arn, secret.name)
  if (field === undefined) return { name: secret.name, value: text }
  const found = fields(text)?.[field]
  if (typeof found === 'string') return { name: secret.name, value: found }
  throw new KeyturnError(
    'field-missing',
    `The value of ${secret.name} has no text field ${JSON.stringify(field)}. Leave --field out to print the whole value.`,
  )
}

async function current(session: AwsSession, arn: string, name: string): Promise<string> {
  try {
    const { SecretString } = await session.client.send(new GetSecretValueCommand({ SecretId: arn }))
    if (SecretString !== undefined) return SecretString
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error
  }
  throw new KeyturnError(
    'secret-without-value',
    `${name} has no value yet. Give it one: keyturn rotate ${name} --value-from -`,
  )
}

function fields(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
