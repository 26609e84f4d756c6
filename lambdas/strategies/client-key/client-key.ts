import * as z from 'zod'
import { CLIENT_KEY, CLIENT_KEY_PREFIX } from '../../../core/client-key.ts'
import { SecretString } from '../../../core/secret-string.ts'
import type { Strategy } from '../strategy.ts'

const params = z.strictObject({})

const SHAPE = new RegExp(`^${CLIENT_KEY.source}$`)

/** A key that callers present to the proxy. Its target is the proxy's key set, which follows the staging labels. */
export const clientKey: Strategy<z.infer<typeof params>> = {
  kind: 'client-key',
  family: 'generated',
  network: 'none',
  supply: 'never',
  presentedBy: 'clients',
  params,
  permissions: () => [],
  checkValue: (value) =>
    SHAPE.test(value.reveal()) ? undefined : 'a client key is "kt_" and 43 characters of base64url, nothing else',
  create: async ({ random }) =>
    new SecretString(`${CLIENT_KEY_PREFIX}${Buffer.from(random.bytes(32)).toString('base64url')}`),
}
