import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { SECOND } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'

export interface SessionOptions {
  endpoint?: string | undefined
  region?: string | undefined
}

export interface AwsSession {
  client: SecretsManagerClient
  /** For the one command that asks a rotation function itself. */
  lambda(): LambdaClient
  /** What a reader would call it: the endpoint, or AWS and its Region. */
  target: string
  /** What a person should know about how the session was opened, in a sentence; undefined where there is nothing. */
  notice: string | undefined
  /** The service's own clock, read off its last answer: deadlines are its business, not this machine's. */
  now(): Date
}

/** The credentials of the local cloud's administrator. Real ones are never sent to a loopback endpoint. */
const LOCAL = { accessKeyId: 'local', secretAccessKey: 'local' }
/** What the ids of keys begin with that AWS issues, to users and to sessions. */
const OF_AWS = /^A[KS]IA/
const LOCAL_REGION = 'eu-central-1'

/**
 * Opens a session with AWS, or with the endpoint in `--endpoint` / `AWS_ENDPOINT_URL`.
 * @throws KeyturnError `endpoint-invalid`, `region-missing` (needs-human)
 */
export function openSession(options: SessionOptions, env: NodeJS.ProcessEnv, clientNow: () => Date): AwsSession {
  const endpoint = options.endpoint ?? env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? env.AWS_ENDPOINT_URL
  const url = endpoint === undefined ? undefined : parseEndpoint(endpoint)
  const local = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  // As with credentials: an environment that is for AWS must not lead a call to the local cloud astray.
  const ofEnvironment = local && options.endpoint !== undefined ? undefined : (env.AWS_REGION ?? env.AWS_DEFAULT_REGION)
  const region = options.region ?? ofEnvironment ?? (local ? LOCAL_REGION : undefined)
  const config: SecretsManagerClientConfig = {
    ...(region !== undefined && { region }),
    ...(url && { endpoint: url.href }),
    ...(local && { credentials: localCredentials(env) }),
    requestHandler: { connectionTimeout: 5 * SECOND, requestTimeout: 30 * SECOND, throwOnRequestTimeout: true },
  }
  const client = new SecretsManagerClient(config)
  let now: Date | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const date = (result.response as { headers?: Record<string, string> }).headers?.date
      if (date !== undefined && !Number.isNaN(Date.parse(date))) now = new Date(date)
      return result
    },
    { step: 'deserialize', name: 'readServiceClock', priority: 'low' },
  )
  const lambda = (): LambdaClient => {
    const { endpoint: _secretsManagers, ...rest } = config
    const own = options.endpoint ?? env.AWS_ENDPOINT_URL_LAMBDA ?? env.AWS_ENDPOINT_URL
    const to = own === undefined ? {} : { endpoint: parseEndpoint(own).href }
    // A function may work for minutes before it answers.
    return new LambdaClient({ ...rest, ...to, requestHandler: { connectionTimeout: 5 * SECOND } })
  }
  const { AWS_ACCESS_KEY_ID: keyId = '' } = env
  const notice =
    local && OF_AWS.test(keyId)
      ? `AWS_ACCESS_KEY_ID is a key of AWS's and was not sent to ${url.origin}; local / local was used in its place.`
      : undefined
  return { client, lambda, notice, target: url?.origin ?? `AWS ${region ?? ''}`.trim(), now: () => now ?? clientNow() }
}

/** Those that the environment names for the local cloud, right or wrong; AWS's own are for AWS. */
function localCredentials(env: NodeJS.ProcessEnv): typeof LOCAL {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env
  return accessKeyId === '' || OF_AWS.test(accessKeyId) ? LOCAL : { accessKeyId, secretAccessKey }
}

function parseEndpoint(text: string): URL {
  const url = URL.parse(text)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new KeyturnError(
    'endpoint-invalid',
    `Endpoint ${JSON.stringify(text)} is not a URL. Allowed: http://127.0.0.1:4566 for the local cloud, or leave it out for AWS.`,
  )
}
