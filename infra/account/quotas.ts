import { KeyturnError } from '../../core/errors.ts'
import { proxyConfig } from '../components/proxy-config.ts'
import type { ProxySettings } from '../config/schema.ts'
import type { InventorySecret } from '../inventory/inventory.ts'
import type { Naming } from '../naming.ts'
import { strategyIn } from '../policies/family-grants.ts'
import { type Grant, policy, renderGrants } from '../policies/permissions.ts'

/** Characters that the inline policies of a role may have together (IAM quota; it cannot be raised). */
export const INLINE_POLICY_LIMIT = 10_240

/** Bytes that a task definition may have (ECS quota; it cannot be raised). */
const TASK_LIMIT = 65_536

/** What every function's role holds besides: logs, traces, failures. */
const BASE_CHARACTERS = 1_000

/** As long as the name of a field that holds a key is, at the most. */
const SOME_FIELD = 'apiKey00'

/** As long as the ARN of a key is, whatever its id. */
const SOME_KEY = 'arn:aws-us-gov:kms:ap-southeast-1:000000000000:key/00000000-0000-0000-0000-000000000000'

/**
 * Tells that a family's secrets read more other secrets than one role can be granted, before AWS would in the middle of
 * an update. The family's own secrets, however many, cost nothing: their tags tell them.
 * @throws KeyturnError `role-policy-too-long` (needs-human)
 */
export function assertRoleFits(
  family: string,
  grants: readonly Grant[],
  inventory: readonly InventorySecret[],
  naming: Naming,
): void {
  const group = new Map(inventory.map(({ settings }) => [settings.name, settings.group]))
  const statements = renderGrants(grants, {
    ...naming,
    strategy: strategyIn(inventory),
    secret: (name) => someArn(name, naming),
    keyOf: (name) => `${SOME_KEY}-${group.get(name)}`,
  })
  const characters = JSON.stringify(policy(...statements)).length + BASE_CHARACTERS
  if (characters <= INLINE_POLICY_LIMIT) return
  throw new KeyturnError(
    'role-policy-too-long',
    `The role of the "${family}" function would need a policy of about ${characters} characters for the secrets that its ${grants.length} secrets read; ` +
      `IAM allows ${INLINE_POLICY_LIMIT}. Let more of "keyturn:secrets" share an admin secret, or move some into another stack.`,
  )
}

/**
 * Tells that the proxy's task definition, which names each client and route, would outgrow what ECS takes.
 * @throws KeyturnError `proxy-config-too-long` (needs-human)
 */
export function assertTaskFits(proxy: ProxySettings, naming: Naming): void {
  const config = proxyConfig(
    proxy,
    (name) => someArn(name, naming),
    () => SOME_FIELD,
  )
  // It stands in the definition as a text.
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(config))) + BASE_CHARACTERS
  if (bytes <= TASK_LIMIT) return
  throw new KeyturnError(
    'proxy-config-too-long',
    `The proxy's task definition would have about ${bytes} bytes for its ${proxy.clients.length} clients and ${proxy.routes.length} routes; ` +
      `ECS allows ${TASK_LIMIT}. Move some of them into another stack.`,
  )
}

const someArn = (name: string, { anySecretArn }: Naming): string => `${anySecretArn.slice(0, -1)}${name}-000000`
