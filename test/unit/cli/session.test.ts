import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it, onTestFinished } from 'vitest'
import { explain } from '../../../cli/aws/explain.ts'
import { openSession } from '../../../cli/aws/session.ts'
import { KeyturnError } from '../../../core/errors.ts'

const MACHINE = new Date('2026-01-01T00:00:00Z')
const open = (options: Parameters<typeof openSession>[0], env: Record<string, string> = {}) =>
  openSession(options, env, () => MACHINE)

/** A service that answers everything in the same way, and keeps what it was sent. */
async function answering(status: number, headers: Record<string, string>, body = '{"SecretList":[]}') {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    response.sendDate = false
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

describe('openSession', () => {
  it.each([
    [{ endpoint: 'http://127.0.0.1:1' }, {}, 'http://127.0.0.1:1'],
    [{}, { AWS_ENDPOINT_URL: 'http://localhost:4566/' }, 'http://localhost:4566'],
    [
      {},
      { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://localhost:2' },
      'http://localhost:2',
    ],
    [{ endpoint: 'http://127.0.0.1:3' }, { AWS_ENDPOINT_URL: 'http://localhost:1' }, 'http://127.0.0.1:3'],
    [{ region: 'eu-west-1' }, { AWS_REGION: 'eu-central-1' }, 'AWS eu-west-1'],
    [{}, { AWS_REGION: 'eu-central-1' }, 'AWS eu-central-1'],
    [{}, { AWS_DEFAULT_REGION: 'eu-north-1' }, 'AWS eu-north-1'],
  ])('%j with %j talks to %s', (options, env, target) => expect(open(options, env).target).toBe(target))

  it.each(['4566', 'file:///etc/passwd', '127.0.0.1:4566', ''])('refuses the endpoint %j', (endpoint) => {
    expect(() => open({ endpoint })).toThrow(
      expect.objectContaining({ code: 'endpoint-invalid', message: expect.stringMatching(/is not a URL\. Allowed:/) }),
    )
  })

  it('sends no real credential to a loopback endpoint', async () => {
    const { url, requests } = await answering(200, { 'content-type': 'application/x-amz-json-1.1' })
    const env = { AWS_ACCESS_KEY_ID: 'AKIAREALREALREALREAL', AWS_SECRET_ACCESS_KEY: 'real', AWS_SESSION_TOKEN: 'real' }
    const session = open({ endpoint: url }, env)
    await session.client.send(new ListSecretsCommand({}))
    expect(requests[0]?.headers.authorization).toContain('Credential=local/')
    expect(requests[0]?.headers['x-amz-security-token']).toBeUndefined()
    expect(session.notice).toMatch(
      /AWS_ACCESS_KEY_ID is a key of AWS's and was not sent to http:\/\/127.*local \/ local/,
    )
  })

  it('uses the credentials that the environment names for the local cloud, right or wrong', async () => {
    const { url, requests } = await answering(200, { 'content-type': 'application/x-amz-json-1.1' })
    const env = { AWS_ACCESS_KEY_ID: 'someone', AWS_SECRET_ACCESS_KEY: 'else' }
    const session = open({ endpoint: url }, env)
    await session.client.send(new ListSecretsCommand({}))
    expect(requests[0]?.headers.authorization).toContain('Credential=someone/')
    expect(session.notice).toBeUndefined()
    expect(open({ endpoint: url }).notice).toBeUndefined()
  })

  it.each([
    ['--endpoint names the local cloud: its Region, whatever the environment has for AWS', true, {}, 'eu-central-1'],
    ['--region beats it', true, { region: 'eu-west-1' }, 'eu-west-1'],
    ['an endpoint of the environment goes with the environment’s Region', false, {}, 'us-east-1'],
  ])('signs for the Region that is meant: %s', async (_, flag, options, region) => {
    const { url, requests } = await answering(200, { 'content-type': 'application/x-amz-json-1.1' })
    const env = { AWS_REGION: 'us-east-1', ...(!flag && { AWS_ENDPOINT_URL: url }) }
    await open({ ...(flag && { endpoint: url }), ...options }, env).client.send(new ListSecretsCommand({}))
    expect(requests[0]?.headers.authorization).toContain(`/${region}/secretsmanager/`)
  })

  it('takes the time from the service’s answers, and from this machine until there is one', async () => {
    const { url } = await answering(200, { date: 'Mon, 23 Nov 2026 10:00:00 GMT' })
    const session = open({ endpoint: url })
    expect(session.now()).toEqual(MACHINE)
    await session.client.send(new ListSecretsCommand({}))
    expect(session.now()).toEqual(new Date('2026-11-23T10:00:00Z'))
  })

  it('keeps the time it has when an answer’s date cannot be read', async () => {
    const { url } = await answering(200, { date: 'soon' })
    const session = open({ endpoint: url })
    await session.client.send(new ListSecretsCommand({}))
    expect(session.now()).toEqual(MACHINE)
  })
})

describe('explain', () => {
  const failing = async (name: string, status = 400) => {
    const { url } = await answering(status, {}, JSON.stringify({ __type: name, message: `${name} was said` }))
    const { client } = open({ endpoint: url })
    return client.send(new ListSecretsCommand({})).then(
      () => expect.unreachable(),
      (error: unknown) => explain(error, url),
    )
  }

  it.each([
    ['AccessDeniedException', 'access-denied', 'needs-human', /was said/],
    ['ExpiredTokenException', 'credentials-refused', 'needs-human', /Sign in again, or check AWS_PROFILE/],
    ['UnrecognizedClientException', 'credentials-refused', 'needs-human', /refused the credentials/],
    ['InvalidSignatureException', 'credentials-refused', 'needs-human', /refused the credentials/],
    ['InternalServiceError', 'aws-error', 'retryable', /answered InternalServiceError: InternalServiceError was said/],
  ])('%s is %s (%s)', async (name, code, kind, message) => {
    expect(await failing(name)).toMatchObject({ code, kind, message: expect.stringMatching(message) })
  })

  it.each([
    [{ code: 'ECONNREFUSED' }, 'endpoint-unreachable', /Nothing answers at http:\/\/x\. Start the local cloud/],
    [
      { code: 'ENOTFOUND' },
      'endpoint-unreachable',
      /could not be reached \(ENOTFOUND\)\. Check the network and --region/,
    ],
    [{ name: 'TimeoutError' }, 'endpoint-unreachable', /could not be reached \(TimeoutError\)/],
    [{ name: 'CredentialsProviderError' }, 'credentials-missing', /aws sso login/],
    [{ message: 'Region is missing' }, 'region-missing', /--region/],
    [new TypeError('x is not a function'), 'command-broken', /fault of its own \(TypeError: x is not a function\)/],
    [
      Object.assign(new SyntaxError('Unexpected token'), { $metadata: {} }),
      'aws-error',
      /answered SyntaxError: Unexpected token/,
    ],
    [{}, 'aws-error', /answered an error/],
    [undefined, 'aws-error', /answered an error/],
  ])('%j is %s', (error, code, message) => {
    expect(explain(error, 'http://x')).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('names the variables whose credentials were refused, and what the local cloud takes', () => {
    const refusal = Object.assign(new Error(), { name: 'UnrecognizedClientException' })
    const env = { AWS_ACCESS_KEY_ID: 'someone' }
    expect(explain(refusal, 'http://127.0.0.1:4566', env).message).toMatch(
      /refused the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY .*unset both; the local cloud takes local \/ local\./,
    )
    expect(explain(refusal, 'AWS eu-central-1').message).not.toContain('local cloud')
  })

  it('leaves our own errors as they are', () => {
    const own = new KeyturnError('grace-invalid', 'y')
    expect(explain(own, 'http://x')).toBe(own)
  })
})
