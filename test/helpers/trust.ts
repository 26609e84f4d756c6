import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** Makes this process trust one more authority, as NODE_EXTRA_CA_CERTS does for a child. */
export function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem])
}
