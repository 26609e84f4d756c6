import { generate } from 'selfsigned'
import { DAY, systemClock } from '../../core/clock.ts'
import { systemRandom } from '../../core/random.ts'

/** A private authority and one server certificate signed by it, all PEM. */
export interface ServerCertificate {
  /** What a client must trust: `NODE_EXTRA_CA_CERTS` takes a file with this. */
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
}

const VALID_DAYS = 825

/**
 * Issues a certificate for the loopback names, so that clients verify TLS locally exactly as they do in production.
 * The authority's key is dropped: nothing else can ever be signed by it.
 */
export async function issueLoopbackCertificate(): Promise<ServerCertificate> {
  const validity = validNow()
  // A name of its own each time: OpenSSL looks an issuer up by name, and one process may trust several.
  const name = `Keyturn local authority ${systemRandom.uuid()}`
  const authority = await generate([{ name: 'commonName', value: name }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { caPem: authority.cert, certPem: server.cert, keyPem: server.private }
}

/** OpenSSL compares with the machine's clock, whatever the local cloud's movable clock shows. */
function validNow(): { notBeforeDate: Date; notAfterDate: Date } {
  const now = systemClock.now().getTime()
  return { notBeforeDate: new Date(now - DAY), notAfterDate: new Date(now + VALID_DAYS * DAY) }
}
