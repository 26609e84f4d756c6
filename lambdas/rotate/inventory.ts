import * as z from 'zod'
import { terminal } from '../../core/errors.ts'
import type { RotationEntry, RotationInventory } from '../../core/inventory.ts'

const schema = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.string(), z.strictObject({ strategy: z.string(), grace: z.string(), params: z.unknown() })),
})

/** @throws KeyturnError `inventory-invalid` (terminal) */
export function parseInventory(text: string): RotationInventory {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw terminal(
      'inventory-invalid',
      'inventory.json beside the function is not one that this version wrote. Run pulumi up to deploy it anew.',
      cause,
    )
  }
}

/**
 * The entry of a secret named by ARN or by name.
 * @throws KeyturnError `secret-not-managed` (terminal)
 */
export function entryFor(inventory: RotationInventory, secretId: string): RotationEntry {
  const name = nameOf(secretId)
  const entry = Object.hasOwn(inventory.secrets, name) ? inventory.secrets[name] : undefined
  if (entry) return entry
  throw terminal(
    'secret-not-managed',
    `Secret ${name} is not one that this function rotates. Add it under keyturn:secrets in Pulumi.<stack>.yaml and run pulumi up, or take this rotation function off the secret.`,
  )
}

/** An ARN ends in the name, a hyphen and six characters that Secrets Manager adds. */
function nameOf(secretId: string): string {
  const match = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(secretId)
  return match?.[1] ?? secretId
}
