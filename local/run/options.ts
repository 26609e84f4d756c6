import { parseArgs } from 'node:util'
import { KeyturnError } from '../../core/errors.ts'
import { DEFAULT_PORTS, type Ports, parsePort } from './ports.ts'
import { FRESH_ACCOUNT_CONCURRENCY, GROWN_ACCOUNT_CONCURRENCY } from './run-stack.ts'

export const HELP = `npm start -- [options]

Runs Keyturn on this machine: a stand-in for AWS, the Pulumi program applied to
it, the rotation functions, the proxy, and an upstream that behaves like OpenAI
and OpenRouter. Everything listens on 127.0.0.1 and ends with Ctrl-C.

  --stack <name>          whose file is run: Pulumi.<name>.yaml (dev)
  --port <port>           the local cloud (${DEFAULT_PORTS.cloud})
  --proxy-port <port>     the proxy (${DEFAULT_PORTS.proxy})
  --upstream-port <port>  the upstream (${DEFAULT_PORTS.upstream})
  --concurrency <n>       how many functions the account may run at once
                          (${FRESH_ACCOUNT_CONCURRENCY}, as a fresh account; ${GROWN_ACCOUNT_CONCURRENCY} for a stack that reserves some)
  --data <folder>         keep state in this folder and take it up again at the
                          next start; in memory otherwise
  --verbose               also print what the local cloud logs
  --help

Examples:
  npm start
  npm start -- --stack prod
  npm start -- --proxy-port 18080 --data .keyturn`

export interface StartOptions {
  readonly stack: string | undefined
  readonly ports: Ports
  /** Undefined where the stack's own file, or a fresh account, says it. */
  readonly lambdaConcurrency: number | undefined
  readonly dataDir: string | undefined
  readonly verbose: boolean
}

/**
 * What the command line asks for; undefined for `--help`.
 * @throws KeyturnError `option-invalid`, `port-invalid`
 */
export function readOptions(): StartOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        stack: { type: 'string' },
        port: { type: 'string', default: String(DEFAULT_PORTS.cloud) },
        'proxy-port': { type: 'string', default: String(DEFAULT_PORTS.proxy) },
        'upstream-port': { type: 'string', default: String(DEFAULT_PORTS.upstream) },
        concurrency: { type: 'string' },
        data: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return undefined
    return {
      stack: values.stack,
      ports: {
        cloud: parsePort('--port', values.port),
        proxy: parsePort('--proxy-port', values['proxy-port']),
        upstream: parsePort('--upstream-port', values['upstream-port']),
      },
      lambdaConcurrency: values.concurrency === undefined ? undefined : parseConcurrency(values.concurrency),
      dataDir: values.data,
      verbose: values.verbose,
    }
  } catch (error) {
    if (error instanceof KeyturnError) throw error
    throw new KeyturnError('option-invalid', `${(error as Error).message}\n\n${HELP}`)
  }
}

function parseConcurrency(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new KeyturnError(
    'option-invalid',
    `--concurrency ${JSON.stringify(text)} is not a quota. Allowed: 1 to 999999.`,
  )
}
