import { needsHuman } from '../core/errors.ts'
import type { InventorySecret } from './inventory.ts'
import type { Naming } from './naming.ts'
import { type Grant, policy, renderGrants } from './permissions.ts'

/** Characters that the inline policies of a role may have together (IAM quota; it cannot be raised). */
export const INLINE_POLICY_LIMIT = 10_240

/** What every function's role holds besides: logs, traces, failures. */
const BASE_CHARACTERS = 1_000

/** As long as the ARN of a key is, whatever its id. */
const SOME_KEY = 'arn:aws-us-gov:kms:ap-southeast-1:000000000000:key/00000000-0000-0000-0000-000000000000'

/**
 * Tells that a family has more secrets than one role can be granted, before AWS would in the middle of an update.
 * @throws KeyturnError `role-policy-too-long` (needs-human)
 */
export function assertRoleFits(family: string, grants: readonly Grant[], naming: Naming): void {
  const statements = renderGrants(grants, {
    secret: (name) => `${naming.anySecretArn.slice(0, -1)}${name}-000000`,
    keyOf: () => SOME_KEY,
    viaSecretsManager: naming.viaSecretsManager,
  })
  const characters = JSON.stringify(policy(...statements)).length + BASE_CHARACTERS
  if (characters <= INLINE_POLICY_LIMIT) return
  throw needsHuman(
    'role-policy-too-long',
    `The role of the "${family}" function would need a policy of about ${characters} characters for its ${grants.length} secrets; ` +
      `IAM allows ${INLINE_POLICY_LIMIT}. Move some of "keyturn:secrets" into another stack, or shorten their names.`,
  )
}

/** What the secrets of one family ask for. */
export function familyGrants(
  secrets: readonly InventorySecret[],
  family: string,
  base: Grant['statements'],
): readonly Grant[] {
  return secrets
    .filter(({ strategy }) => strategy.family === family)
    .map(({ settings, strategy }) => ({ own: settings.name, statements: [...base, ...strategy.permissions] }))
}
