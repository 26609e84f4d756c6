import { createHash } from 'node:crypto'

/**
 * The name of a minted key: `keyturn-<secret>-<token>`. The middle part is a digest of the secret's ARN, so that two
 * stacks, Regions or accounts that share a provider's account never take each other's keys for orphans.
 */
export const keyName = (secretArn: string, token: string): string => `${prefix(secretArn)}${token}`

/** The token in a key's name, or undefined when this secret's rotations did not make the key. */
export function tokenOf(secretArn: string, name: unknown): string | undefined {
  if (typeof name !== 'string' || !name.startsWith(prefix(secretArn))) return undefined
  return name.slice(prefix(secretArn).length)
}

const prefix = (secretArn: string): string =>
  `keyturn-${createHash('sha256').update(secretArn).digest('hex').slice(0, 10)}-`
