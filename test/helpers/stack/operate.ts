import { InvokeCommand } from '@aws-sdk/client-lambda'
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { systemClock } from '../../../core/clock.ts'
import { systemRandom } from '../../../core/random.ts'
import { SUPPLIED_LABEL } from '../../../core/tags.ts'
import { type KeySet, readKeySet, type VersionLabels } from '../../../core/versions.ts'
import { throwawayValues } from '../../../local/run/throwaway-values.ts'
import { readStackFiles } from '../../../local/stack/stack-files.ts'
import type { StackUnderTest } from './stack-under-test.ts'

/** What an operator does to a running stack, through the same doors. Secrets go by their inventory name. */
export const fullName = (name: string): string => `keyturn/dev/${name}`

export async function labels({ secrets }: StackUnderTest, name: string): Promise<VersionLabels> {
  return (await secrets.send(new DescribeSecretCommand({ SecretId: fullName(name) }))).VersionIdsToStages ?? {}
}

export async function keySet(stack: StackUnderTest, name: string): Promise<KeySet> {
  return readKeySet(await labels(stack, name), stack.cloud.clock.now())
}

/** A version's value; the current one's unless an id is given. */
export async function value({ secrets }: StackUnderTest, name: string, versionId?: string): Promise<string> {
  const answer = await secrets.send(
    new GetSecretValueCommand({ SecretId: fullName(name), ...(versionId !== undefined && { VersionId: versionId }) }),
  )
  return answer.SecretString ?? ''
}

/** The key in a value: a provider's value is JSON around it. */
export const keyIn = (text: string): string =>
  text.startsWith('{') ? (JSON.parse(text) as { apiKey: string }).apiKey : text

/** Starts a rotation and waits for its first attempt. Returns the new version's id. */
export async function rotate({ secrets, cloud }: StackUnderTest, name: string): Promise<string> {
  const token = systemRandom.uuid()
  await secrets.send(new RotateSecretCommand({ SecretId: fullName(name), ClientRequestToken: token }))
  await cloud.rotations.idle()
  return token
}

/** Puts a new value where a person puts it. */
export async function supply(stack: StackUnderTest, name: string): Promise<void> {
  const SecretString = await obtain(stack, name)
  await stack.secrets.send(
    new PutSecretValueCommand({ SecretId: fullName(name), SecretString, VersionStages: [SUPPLIED_LABEL] }),
  )
}

/** A new value for a supplied secret in the shape that the inventory asks for; an admin key works at its provider. */
export async function obtain(stack: StackUnderTest, name: string): Promise<string> {
  const { config } = await readStackFiles(new URL('../../..', import.meta.url).pathname, 'dev')
  const inventory = config['keyturn:secrets'] as Parameters<typeof throwawayValues>[0]
  const providers = { 'https://api.openai.com': 'openai', 'https://openrouter.ai': 'openrouter' }
  const { values, adminKeys } = throwawayValues(inventory, providers, systemRandom)
  const made = values[name]
  if (made === undefined) throw new Error(`${name} is not a supplied secret of Pulumi.dev.yaml`)
  for (const [provider, keys] of Object.entries(adminKeys)) {
    if (keys.includes(made)) stack.upstream.keys.addAdmin(provider, made)
  }
  return made
}

export interface Invocation {
  readonly failed: boolean
  readonly payload: unknown
}

/** Invokes a function of the stack and waits, or hands the event over. Functions go by `rotate-provider`, `sweep`. */
export async function invoke(
  { lambda }: StackUnderTest,
  name: string,
  event: object,
  type: 'RequestResponse' | 'Event' = 'RequestResponse',
): Promise<Invocation> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `keyturn-dev-${name}`, InvocationType: type, Payload: JSON.stringify(event) }),
  )
  return { failed: FunctionError !== undefined, payload: JSON.parse(Buffer.from(Payload ?? []).toString() || 'null') }
}

/** Moves the cloud's clock, and waits for what was due. `span` as the control API takes it: `25h`. */
export async function advance({ cloudUrl }: StackUnderTest, span: string): Promise<void> {
  await moveClock(cloudUrl, { advance: span })
}

export async function setClock({ cloudUrl }: StackUnderTest, moment: Date): Promise<void> {
  await moveClock(cloudUrl, { set: moment.toISOString() })
}

async function moveClock(cloudUrl: string, move: object): Promise<void> {
  const answer = await fetch(`${cloudUrl}/_keyturn/clock`, { method: 'POST', body: JSON.stringify(move) })
  if (!answer.ok) throw new Error(`the clock did not move: ${await answer.text()}`)
}

/** Asks until the answer is as hoped, and says what it was when that did not come in time. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  isGood: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const deadline = systemClock.monotonic() + withinMs
  for (;;) {
    const answer = await ask()
    if (isGood(answer)) return answer
    if (systemClock.monotonic() > deadline) {
      throw new Error(`${what}: not within ${withinMs} ms; at last ${JSON.stringify(answer)?.slice(0, 2_000)}`)
    }
    await systemClock.sleep(50)
  }
}
