import { createServer } from 'node:net'
import { KeyturnError, type Problem, ProblemsError } from '../../core/errors.ts'

export interface Ports {
  readonly cloud: number
  readonly proxy: number
  readonly upstream: number
}

export const DEFAULT_PORTS: Ports = { cloud: 4566, proxy: 8080, upstream: 8081 }

/** 0 lets the system choose. @throws KeyturnError `port-invalid` (needs-human) */
export function parsePort(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new KeyturnError(
    'port-invalid',
    `${flag} ${JSON.stringify(text)} is not a port. Allowed: 0 (any free one) to 65535.`,
  )
}

const FLAGS: Readonly<Record<keyof Ports, string>> = {
  cloud: '--port',
  proxy: '--proxy-port',
  upstream: '--upstream-port',
}

/** Looks before anything is started. @throws ProblemsError `port-taken` naming every port that is */
export async function assertFree(ports: Ports): Promise<void> {
  const problems: Problem[] = []
  for (const [name, flag] of Object.entries(FLAGS)) {
    const port = ports[name as keyof Ports]
    if (port !== 0 && !(await isFree(port))) {
      problems.push({
        path: flag,
        message: `port ${port} of the ${name} is taken. Stop what listens there, or choose another: npm start -- ${flag} ${port + 10_000}`,
      })
    }
  }
  if (problems.length > 0) throw new ProblemsError('port-taken', 'Nothing was started:', problems)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
