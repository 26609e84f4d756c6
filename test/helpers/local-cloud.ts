import { KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { onTestFinished } from 'vitest'
import { createMovableClock } from '../../local/cloud/clock.ts'
import type { Cloud } from '../../local/cloud/cloud.ts'
import type { LambdaPort } from '../../local/cloud/services/lambda/types.ts'
import { type StartOptions, startCloud } from '../../local/cloud/start-cloud.ts'

export const START = new Date('2026-11-22T10:00:00Z')

export interface TestCloud {
  readonly cloud: Cloud
  readonly url: string
  readonly secrets: SecretsManagerClient
  readonly kms: KMSClient
  /** Clients under other credentials, such as a role's. */
  as(credentials: Identity): { secrets: SecretsManagerClient; kms: KMSClient }
  close(): Promise<void>
}

export interface Identity {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** A local cloud on a free port whose time stands still; closed when the test ends. */
export async function startTestCloud(options: StartOptions = {}): Promise<TestCloud> {
  const clock = options.clock ?? createMovableClock({ start: START, frozen: true })
  const running = await startCloud({ port: 0, clock, ...options })
  const clients: { destroy(): void }[] = []

  function as(credentials: Identity) {
    const config = { endpoint: running.url, region: running.cloud.region, credentials, maxAttempts: 1 }
    const made = { secrets: new SecretsManagerClient(config), kms: new KMSClient(config) }
    clients.push(made.secrets, made.kms)
    return made
  }

  let closed: Promise<void> | undefined
  function close(): Promise<void> {
    for (const client of clients) client.destroy()
    closed ??= running.close()
    return closed
  }
  onTestFinished(close)
  return {
    cloud: running.cloud,
    url: running.url,
    as,
    close,
    ...as({ accessKeyId: 'local', secretAccessKey: 'local' }),
  }
}

export interface RotationEvent {
  readonly Step: string
  readonly SecretId: string
  readonly ClientRequestToken: string
}

export interface StubFunction {
  readonly arn: string
  readonly wiring: { lambda(cloud: Cloud): LambdaPort }
  /** Every step it was invoked for, in order. */
  readonly steps: string[]
  readonly tokens: string[]
  killed: string[]
}

/** A Lambda with one function, whose policy lets everybody in, that runs `handler` in this process. */
export function stubFunction(handler: (event: RotationEvent) => Promise<unknown>): StubFunction {
  const stub: StubFunction = {
    arn: 'arn:aws:lambda:eu-central-1:000000000000:function:rotate',
    steps: [],
    tokens: [],
    killed: [],
    wiring: {
      lambda: () => ({
        async invoke(_name, payload) {
          const event = payload as RotationEvent
          stub.steps.push(event.Step)
          stub.tokens.push(event.ClientRequestToken)
          try {
            return { payload: (await handler(event)) ?? null, logTail: '' }
          } catch (error) {
            return { functionError: 'Unhandled', payload: { errorMessage: String(error) }, logTail: '' }
          }
        },
        checkInvoke: (name) => (name === stub.arn ? 'allowed' : 'not-found'),
        killCaller: (accessKeyId) => {
          stub.killed.push(accessKeyId)
        },
      }),
    },
  }
  return stub
}
