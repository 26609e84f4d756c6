import * as z from 'zod'
import { CLIENT_KEY_PREFIX } from '../../../core/client-key.ts'
import type { Random } from '../../../core/random.ts'
import { SecretString } from '../../../core/secret-string.ts'
import type { Strategy } from '../strategy.ts'
import { BITS, weakness } from './strength.ts'

const params = z.strictObject({})

/** As long as the proxy takes a credential for one. */
const LONGEST = 512

/**
 * A key that callers present to the proxy. Its target is the proxy's key set, which follows the staging labels. A client
 * may bring its own, which a person hands over.
 */
export const clientKey = {
  kind: 'client-key',
  family: 'generated',
  network: 'none',
  supply: 'allowed',
  presentedBy: 'clients',
  params,
  permissions: () => [],
  checkValue: (value) => {
    const text = value.reveal()
    const problem =
      text.length > LONGEST ? `the value has more than ${LONGEST} characters` : weakness(withoutPrefix(text))
    if (problem === undefined) return undefined
    return (
      `${problem}. A client key is worth ${BITS} bits, drawn at random: 43 characters or more of A-Z, a-z, 0-9, "_" and "-" ` +
      '(64 of hex), 512 at most, with or without "kt_" before them, such as from: openssl rand -hex 32'
    )
  },
  create: async ({ random }) => new SecretString(`${CLIENT_KEY_PREFIX}${draw(random)}`),
} satisfies Strategy<z.infer<typeof params>>

const withoutPrefix = (text: string): string =>
  text.startsWith(CLIENT_KEY_PREFIX) ? text.slice(CLIENT_KEY_PREFIX.length) : text

/** Drawn again in the one case of billions of billions in which chance looks like a pattern. */
function draw(random: Random): string {
  for (;;) {
    const text = Buffer.from(random.bytes(BITS / 8)).toString('base64url')
    if (weakness(text) === undefined) return text
  }
}
