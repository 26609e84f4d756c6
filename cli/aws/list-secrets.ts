import { ListSecretsCommand, type SecretListEntry } from '@aws-sdk/client-secrets-manager'
import { TAG } from '../../core/tags.ts'
import type { AwsSession } from './session.ts'

/** Every secret that carries Keyturn's tag, of all its stacks, page by page. Reads no value. */
export async function* listSecrets(session: AwsSession): AsyncGenerator<SecretListEntry> {
  let NextToken: string | undefined
  do {
    const page = await session.client.send(
      new ListSecretsCommand({
        MaxResults: 100,
        Filters: [{ Key: 'tag-key', Values: [TAG.stack] }],
        ...(NextToken && { NextToken }),
      }),
    )
    yield* page.SecretList ?? []
    NextToken = page.NextToken
  } while (NextToken !== undefined)
}
