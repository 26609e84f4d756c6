import { LambdaClient } from '@aws-sdk/client-lambda'
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { pino } from 'pino'
import { MINUTE } from '../../core/clock.ts'
import { systemRandom } from '../../core/random.ts'
import { TAG } from '../../core/tags.ts'
import type { Message } from '../../lambdas/notify/message.ts'
import { type SweepOptions, type SweepReport, sweep } from '../../lambdas/sweep/sweep.ts'
import { openAiParams } from './provider-params.ts'
import { type RotationRig, startRotationRig } from './rotation-rig.ts'

interface Line {
  readonly level: number
  readonly msg: string
  readonly secret?: string
  readonly version?: string
}

interface Swept {
  readonly report?: SweepReport
  readonly error?: Error
  readonly lines: readonly Line[]
  readonly messages: readonly Message[]
}

export interface SweepRig {
  readonly rig: RotationRig
  /** What the sweep invokes with, without retries. */
  readonly lambda: LambdaClient
  /** One sweep as the scheduler starts it, with what it logged and would have published. */
  run(stack?: string, more?: Partial<SweepOptions>): Promise<Swept>
  /** A secret with a current version and one in grace for `grace`, and that one's key at the provider. */
  rotated(grace: string): Promise<{ arn: string; name: string; keyId: string }>
  /** A secret that no function rotates, with one version beside the current one under `label`. */
  bare(name: string, stack: string, label?: string): Promise<string>
  alive(keyId: string): boolean
  close(): Promise<void>
}

/** The sweep against a local cloud with one rotation function. */
export async function startSweepRig(): Promise<SweepRig> {
  const rig = await startRotationRig()
  const lambda = new LambdaClient({ ...rig.clientOptions, maxAttempts: 1 })
  let serial = 0
  return {
    rig,
    lambda,
    async run(stack = 'keyturn/test', more = {}) {
      const lines: Line[] = []
      const messages: Message[] = []
      const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) })
      const outcome: { report?: SweepReport; error?: Error } = await sweep({
        secrets: rig.secrets,
        lambda,
        stack,
        clock: rig.clock,
        log,
        publish: async (message) => void messages.push(message),
        everyMs: 5 * MINUTE,
        withinMs: 5 * MINUTE,
        ...more,
      }).then(
        (report) => ({ report }),
        (error: Error) => ({ error }),
      )
      return { ...outcome, lines, messages }
    },
    async rotated(grace) {
      const name = `sweep-${++serial}`
      const params = openAiParams(rig.upstream.url, `proj_${name}`)
      const arn = await rig.create(name, { strategy: 'provider-key', params, grace })
      const { current = '' } = await rig.keys(arn)
      await rig.rotateToEnd(arn)
      return { arn, name: `keyturn/test/${name}`, keyId: JSON.parse(await rig.value(arn, current)).keyId }
    },
    async bare(name, stack, label) {
      const Tags = [{ Key: TAG.stack, Value: stack }]
      const { ARN: arn = '' } = await rig.secrets.send(
        new CreateSecretCommand({ Name: name, SecretString: 'now', Tags }),
      )
      if (label !== undefined) {
        const version = { ClientRequestToken: systemRandom.uuid(), SecretString: 'old', VersionStages: [label] }
        await rig.secrets.send(new PutSecretValueCommand({ SecretId: arn, ...version }))
      }
      return arn
    },
    alive: (keyId) => rig.upstream.keys.live('openai').some(({ id }) => id === keyId),
    async close() {
      lambda.destroy()
      await rig.close()
    },
  }
}
