import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager'
import { keyturn } from '../stack/keyturn-cli.ts'
import { advance, fullName, keySet, obtain, rotate, supply, until, value } from '../stack/operate.ts'
import type { StackUnderTest } from '../stack/stack-under-test.ts'
import type { CommandBlock } from './blocks.ts'
import type { Practice } from './practice.ts'

/** Which blocks are meant: those of a page that hold a text. */
interface Selection {
  readonly page: string
  readonly holds: string
}

/** A block that no test can run as it is printed. */
export interface NotRun extends Selection {
  readonly because: string
}

const DEPLOYMENT = 'docs/first-deployment.md'

export const NOT_RUN: readonly NotRun[] = [
  {
    page: 'README.md',
    holds: 'npm ci && npm start',
    because: 'installs over the packages that this test runs on; npm start is run by test/e2e/restart.test.ts',
  },
  { page: 'README.md', holds: 'pulumi up', because: 'takes Pulumi and an AWS account' },
  { page: DEPLOYMENT, holds: 'create-service-linked-role', because: 'the local account has those roles already' },
  { page: DEPLOYMENT, holds: 'pulumi', because: 'takes Pulumi and an AWS account' },
  { page: DEPLOYMENT, holds: 'aws logs tail', because: 'goes on until it is interrupted' },
  { page: 'docs/runbook/README.md', holds: 'AWS_PROFILE=platform', because: 'takes an AWS account' },
  {
    page: 'docs/runbook/emergency.md',
    holds: 'application-autoscaling',
    because: 'the local cloud has no autoscaling, as the block says',
  },
]

/** What must be so before a block is run, and what it must say. */
export interface Situation extends Selection {
  readonly before?: (stack: StackUnderTest, practice: Practice) => Promise<unknown>
  readonly says?: RegExp
  /** A command of the block fails, as the page says. */
  readonly fails?: true
}

const EMERGENCY = 'docs/runbook/emergency.md'
const GRADUAL = 'docs/runbook/gradual.md'
const PLANNED = 'docs/runbook/planned.md'
const TROUBLE = 'docs/runbook/trouble.md'

export const SITUATIONS: readonly Situation[] = [
  { page: 'README.md', holds: 'chat/completions', says: /data: \[DONE\][\s\S]+in grace/ },
  { page: EMERGENCY, holds: '--value-from - --wait < new-key.txt', before: hasValue('openai-admin', 'new-key.txt') },
  { page: EMERGENCY, holds: 'revoke openai', before: isInGrace('openai') },
  { page: GRADUAL, holds: 'grace mobile-app', before: isInGrace('mobile-app') },
  { page: PLANNED, holds: 'rotate telegram-bot --wait  ', before: hasSupplied },
  { page: PLANNED, holds: '< token.txt', before: hasValue('telegram-bot', 'token.txt') },
  { page: PLANNED, holds: 'file://token.txt', before: hasValue('telegram-bot', 'token.txt') },
  {
    page: EMERGENCY,
    holds: 'revoke openai --dry-run',
    before: isInGrace('openai'),
    says: /is revoked at its provider\n$/,
  },
  {
    page: 'docs/runbook/gradual.md',
    holds: 'grace mobile-app --for 72h',
    before: isInGrace('mobile-app'),
    says: /works until/,
  },
  {
    page: 'docs/runbook/rollback.md',
    holds: 'rollback openai --dry-run',
    before: isInGrace('openai'),
    says: /This would make[\s\S]+is current again/,
  },
  {
    page: TROUBLE,
    holds: 'rotate-secret --secret-id',
    before: isStuck('openai'),
    says: /previous rotation/,
    fails: true,
  },
  { page: TROUBLE, holds: 'PENDING=', before: isStuck('openai') },
  {
    page: TROUBLE,
    holds: 'grace reporting-password',
    before: hasUnreadableLabel('reporting-password'),
    says: /works until/,
  },
  { page: TROUBLE, holds: 'rollback openai --dry-run', before: wasPutByHand('openai'), says: /This would make/ },
]

export const meant = <T extends Selection>(all: readonly T[], { page, text }: CommandBlock): readonly T[] =>
  all.filter((one) => one.page === page && text.includes(one.holds))

function hasValue(secret: string, file: string): NonNullable<Situation['before']> {
  return async (stack, practice) => practice.write(file, await obtain(stack, secret))
}

async function hasSupplied(stack: StackUnderTest, practice: Practice): Promise<void> {
  await supply(stack, 'telegram-bot')
  await practice.write('token.txt', await obtain(stack, 'telegram-bot'))
}

function isInGrace(secret: string): NonNullable<Situation['before']> {
  return async ({ cloudUrl }) => {
    const run = await keyturn(cloudUrl, ['rotate', secret, '--grace', '1h', '--wait'])
    if (run.status !== 0) throw new Error(run.stdout + run.stderr)
  }
}

/** A rotation that failed in all of the service's attempts, and whose cause has been removed. */
function isStuck(secret: string): NonNullable<Situation['before']> {
  return async (stack) => {
    const effect = { kind: 'drop', when: 'before' } as const
    stack.cloud.faults.add({ service: 'upstream', operation: '*', times: 100_000, effect })
    await rotate(stack, secret)
    for (let attempt = 0; attempt < 5; attempt++) await advance(stack, '5m')
    stack.cloud.faults.clear()
    if ((await keySet(stack, secret)).pending === undefined) throw new Error(`${secret} is not stuck`)
  }
}

/** A value of the strategy's, as a hand puts it: here the one that is current. */
function wasPutByHand(secret: string): NonNullable<Situation['before']> {
  return async (stack) => {
    const SecretString = await value(stack, secret)
    await stack.secrets.send(new PutSecretValueCommand({ SecretId: fullName(secret), SecretString }))
    await until(
      'its predecessor is in grace',
      () => keySet(stack, secret),
      ({ unordered, grace }) => unordered.length === 0 && grace.length > 0,
    )
  }
}

/** Its old version carries a label that is no time, and no other. */
function hasUnreadableLabel(secret: string): NonNullable<Situation['before']> {
  return async (stack, practice) => {
    await isInGrace(secret)(stack, practice)
    const [old] = (await keySet(stack, secret)).grace
    const of = { SecretId: fullName(secret) }
    const put = { ...of, VersionStage: 'GRACE-UNTIL-tomorrow', MoveToVersionId: old?.versionId }
    await stack.secrets.send(new UpdateSecretVersionStageCommand(put))
    for (const VersionStage of old?.labels ?? []) {
      const take = { ...of, VersionStage, RemoveFromVersionId: old?.versionId }
      await stack.secrets.send(new UpdateSecretVersionStageCommand(take))
    }
  }
}
