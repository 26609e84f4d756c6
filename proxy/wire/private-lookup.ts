import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPrivateAddress } from '../../core/routes.ts'

export const NOT_PRIVATE = 'ERR_UPSTREAM_NOT_PRIVATE'

type Resolve = (
  hostname: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Looks a name up and gives its private addresses alone, for connections that are not encrypted: whoever can answer for
 * a name could otherwise have the upstream's key sent to them. Where there is none, the connection fails with
 * {@link NOT_PRIVATE}.
 */
export const privateLookup =
  (resolve: Resolve = lookup): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first, ...others] = error ? [] : addresses.filter(({ address }) => isPrivateAddress(address))
      const failure = error ?? Object.assign(new Error('The name has no private address.'), { code: NOT_PRIVATE })
      if (!first) done(failure, '')
      else if (options.all) done(null, [first, ...others])
      else done(null, first.address, first.family)
    })
  }
