import * as z from 'zod'
import { SecretString } from '../../../core/secret-string.ts'
import type { Strategy } from '../strategy.ts'

const params = z.strictObject({})

/** 256 bits behind a prefix that secret scanners and our own redaction recognise. */
const SHAPE = /^kt_[A-Za-z0-9_-]{43}$/

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
  create: async ({ random }) => new SecretString(`kt_${Buffer.from(random.bytes(32)).toString('base64url')}`),
}
