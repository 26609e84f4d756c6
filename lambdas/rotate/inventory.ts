import * as z from 'zod'
import { KeyturnError } from '../../core/errors.ts'
import type { RotationEntry, RotationInventory } from '../../core/inventory.ts'
import { secretName } from '../../core/secret-name.ts'

const schema = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.string(), z.strictObject({ strategy: z.string(), grace: z.string(), params: z.unknown() })),
})

/** @throws KeyturnError `inventory-invalid` (terminal) */
export function parseInventory(text: string): RotationInventory {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new KeyturnError(
      'inventory-invalid',
      'inventory.json beside the function is not one that this version wrote. Run pulumi up to deploy it anew.',
      cause,
    )
  }
}

/**
 * The entry of a secret named by ARN or by name; `brought` is that of a secret which has been taken out of the inventory.
 * @throws KeyturnError `secret-not-managed` (needs-human)
 */
export function entryFor(inventory: RotationInventory, secretId: string, brought?: RotationEntry): RotationEntry {
  const name = secretName(secretId)
  const entry = Object.hasOwn(inventory.secrets, name) ? inventory.secrets[name] : brought
  if (entry) return entry
  throw new KeyturnError(
    'secret-not-managed',
    `Secret ${name} is not one that this function rotates. Add it under keyturn:secrets in Pulumi.<stack>.yaml and run pulumi up, or take this rotation function off the secret.`,
  )
}
