import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { chat } from './chat.ts'
import { keyturn } from './keyturn-cli.ts'
import { advance, fullName, invoke, rotate, supply, value } from './operate.ts'
import type { StackUnderTest } from './stack-under-test.ts'

export const GENERATED = ['mobile-app', 'reporting-password']
export const PROVIDER = ['openai', 'openrouter']
export const SUPPLIED = ['openai-admin', 'openrouter-admin', 'telegram-bot']
export const ROTATED = [...SUPPLIED, ...PROVIDER, ...GENERATED]

/** All that the product's roles are for: rotations that succeed and fail, retirement, failure reports, traffic. */
export async function exercise(stack: StackUnderTest): Promise<void> {
  await rotateAll(stack)
  await serveBothRoutes(stack)
  await failEachRotation(stack)
  await failForGood(stack)
  await failAsynchronously(stack)
  await retireAfterGrace(stack)
  await revokeNow(stack)
  await serveBothRoutes(stack)
}

async function rotateAll(stack: StackUnderTest): Promise<void> {
  for (const name of SUPPLIED) await supply(stack, name)
  // An hour of grace, so that its end is an hour's move of the clock away.
  const run = await keyturn(stack.cloudUrl, ['rotate', ...ROTATED, '--grace', '1h', '--wait'])
  if (run.status !== 0) throw new Error(`the rotations failed: ${run.stdout}${run.stderr}`)
}

export async function serveBothRoutes(stack: StackUnderTest): Promise<void> {
  const key = await value(stack, 'mobile-app')
  for (const provider of ['openai', 'openrouter'] as const) {
    const answer = await chat(stack, key, { provider })
    if (answer.status !== 200) throw new Error(`${provider} answered ${answer.status}: ${answer.body}`)
  }
}

/** Each secret's rotation fails once and leaves its reason on the secret; the service's next attempt succeeds. */
async function failEachRotation(stack: StackUnderTest): Promise<void> {
  const { faults } = stack.cloud
  const effect = { kind: 'error', code: 'InvalidParameterException' } as const
  for (const name of ROTATED) {
    if (SUPPLIED.includes(name)) await supply(stack, name)
    faults.add({ service: 'secretsmanager', operation: 'PutSecretValue', effect })
    await rotate(stack, name)
    await advance(stack, '1m')
  }
  faults.clear()
}

/** A rotation that fails in all of the service's attempts, which people are told, and that is then taken up again. */
async function failForGood(stack: StackUnderTest): Promise<void> {
  const effect = { kind: 'error', code: 'InvalidParameterException' } as const
  stack.cloud.faults.add({ service: 'secretsmanager', operation: 'PutSecretValue', times: 5, effect })
  const token = await rotate(stack, 'reporting-password')
  await advance(stack, '5m')
  stack.cloud.faults.clear()
  const again = new RotateSecretCommand({ SecretId: fullName('reporting-password'), ClientRequestToken: token })
  await stack.secrets.send(again).catch(() => {})
  await stack.cloud.rotations.idle()
}

/** Events that fail for good are told to the on-failure destination, under each function's own role. */
async function failAsynchronously(stack: StackUnderTest): Promise<void> {
  const refused = { kind: 'error', code: 'InvalidParameterException' } as const
  stack.cloud.faults.add({ service: 'secretsmanager', operation: 'ListSecrets', times: 1_000, effect: refused })
  for (const name of ['rotate-generated', 'rotate-provider', 'rotate-supplied', 'sweep']) {
    await invoke(stack, name, { Step: 'nonsense' }, 'Event')
  }
  await advance(stack, '10m')
  stack.cloud.faults.clear()
}

async function retireAfterGrace(stack: StackUnderTest): Promise<void> {
  await advance(stack, '70m')
}

async function revokeNow(stack: StackUnderTest): Promise<void> {
  const run = await keyturn(stack.cloudUrl, ['rotate', 'openai', '--grace', 'revoke-now', '--wait'])
  if (run.status !== 0) throw new Error(`revoke-now failed: ${run.stdout}${run.stderr}`)
}
