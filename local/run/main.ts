import { parseArgs } from 'node:util'
import { openSession } from '../../cli/aws/session.ts'
import { status } from '../../cli/commands/status.ts'
import { systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { createLogger } from '../../core/log.ts'
import { printError } from '../../core/print-error.ts'
import { DEFAULT_REGION } from '../cloud/cloud.ts'
import { narrate } from './narrate.ts'
import { DEFAULT_PORTS, parsePort } from './ports.ts'
import { FRESH_ACCOUNT_CONCURRENCY, type RunningStack, runStack } from './run-stack.ts'
import { showProgress } from './show-progress.ts'

const HELP = `npm start -- [options]

Runs Keyturn on this machine: a stand-in for AWS, the Pulumi program applied to it, the rotation functions, the proxy,
and an upstream that behaves like OpenAI and OpenRouter. Everything listens on 127.0.0.1 and ends with Ctrl-C.

  --port <port>           the local cloud (${DEFAULT_PORTS.cloud})
  --proxy-port <port>     the proxy (${DEFAULT_PORTS.proxy})
  --upstream-port <port>  the upstream (${DEFAULT_PORTS.upstream})
  --concurrency <n>       how many functions the account may run at once (${FRESH_ACCOUNT_CONCURRENCY}, as a fresh account)
  --data <folder>         keep state in this folder and take it up again at the next start; in memory otherwise
  --verbose               also print what the local cloud logs
  --help

Examples:
  npm start
  npm start -- --proxy-port 18080 --data .keyturn`

try {
  const options = readOptions()
  if (options) await main(options)
} catch (error) {
  const message = error instanceof KeyturnError ? printError(error) : error
  console.error(error instanceof KeyturnError || !(error instanceof Error) ? `keyturn: ${message}` : error)
  process.exitCode = error instanceof KeyturnError ? 2 : 1
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: String(DEFAULT_PORTS.cloud) },
        'proxy-port': { type: 'string', default: String(DEFAULT_PORTS.proxy) },
        'upstream-port': { type: 'string', default: String(DEFAULT_PORTS.upstream) },
        concurrency: { type: 'string', default: String(FRESH_ACCOUNT_CONCURRENCY) },
        data: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return undefined
    }
    const ports = {
      cloud: parsePort('--port', values.port),
      proxy: parsePort('--proxy-port', values['proxy-port']),
      upstream: parsePort('--upstream-port', values['upstream-port']),
    }
    const lambdaConcurrency = parseConcurrency(values.concurrency)
    return { ports, lambdaConcurrency, dataDir: values.data, verbose: values.verbose }
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

async function main({ verbose, ...options }: NonNullable<ReturnType<typeof readOptions>>): Promise<void> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
  const log = createLogger({ service: 'local', level: 'info', clock: systemClock })
  const progress = showProgress()
  const stack = await runStack({ ...options, ...(verbose && { log }), ...progress })
  progress.done(stack.resources)
  console.log(await welcome(stack, options.dataDir))
  const silence = narrate(stack.cloud, (line) => console.log(line))
  await stopped
  silence()
  console.log('\nStopping …')
  await stack.close()
  console.log(
    options.dataDir === undefined
      ? 'Stopped. Nothing is left behind.'
      : `Stopped. State is kept in ${options.dataDir}.`,
  )
}

async function welcome(
  { cloud, cloudUrl, proxyUrl, upstream, stackTag }: RunningStack,
  dataDir: string | undefined,
): Promise<string> {
  const { region } = cloud
  const session = openSession({ endpoint: cloudUrl, region }, {}, systemClock.now)
  const secrets = await status(session, [], { stack: stackTag })
  session.client.destroy()
  const endpoint = `--endpoint ${cloudUrl}${region === DEFAULT_REGION ? '' : ` --region ${region}`}`
  return `
Keyturn runs. Everything is on 127.0.0.1 and ${dataDir === undefined ? 'in memory' : `kept in ${dataDir}`}; Ctrl-C ends it.

  Proxy      ${proxyUrl}      /openai and /openrouter, with a client's key
  Cloud      ${cloudUrl}      speaks AWS; credentials local / local
  Upstream   ${upstream.url}     behaves like OpenAI and OpenRouter

${secrets}

Ask through the proxy, with the client's key in place of OpenAI's:

  curl -N ${proxyUrl}/openai/v1/chat/completions \\
    -H "Authorization: Bearer $(npx keyturn value mobile-app ${endpoint})" \\
    -H 'Content-Type: application/json' \\
    -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}'

Rotate, and ask again:

  npx keyturn rotate openai mobile-app --wait ${endpoint}
  npx keyturn status openai ${endpoint}

Move the clock past the grace, and see the old key go:

  curl -X POST ${cloudUrl}/_keyturn/clock -H 'Content-Type: application/json' -d '{"advance":"25h"}'

The AWS CLI works too:

  export AWS_ENDPOINT_URL=${cloudUrl} AWS_REGION=${region} AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws --endpoint-url $AWS_ENDPOINT_URL secretsmanager list-secrets
`
}
