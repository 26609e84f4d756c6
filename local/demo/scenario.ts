import { HOUR, MINUTE, SECOND } from '../../core/clock.ts'
import type { RunningStack } from '../run/run-stack.ts'
import type { Account } from './account.ts'
import { type Check, refusedAfter, statusWith } from './checks.ts'
import type { Consumer } from './consumer.ts'

export interface Scenario {
  readonly stack: RunningStack
  readonly proxyUrl: string
  readonly account: Account
  /** Reads the new key as soon as there is one. */
  readonly prompt: Consumer
  /** Goes on with the old key for most of its grace. */
  readonly late: Consumer
  readonly say: (line: string) => void
  /** Resolves after that many more requests have been answered. */
  readonly settle: (requests: number) => Promise<void>
}

export interface Played {
  readonly rotations: number
  readonly checks: readonly Check[]
}

/** How often expired versions are looked for. */
export const SWEEP_MINUTES = 30

/** Grace of the client's key in each round, in hours. */
const ROUNDS = [1, 2, 3]

/** Everything that happens to keys while traffic runs: planned, in grace, retired, scheduled, lost, revoked. */
export async function play(scenario: Scenario): Promise<Played> {
  const checks: Check[] = []
  let rotations = 0
  const rotate = async (secret: string, grace?: string) => {
    const done = await scenario.account.rotate(secret, grace)
    rotations += 1
    scenario.say(
      `rotated ${secret}${grace ? ` with grace ${grace}` : ''}: ${done.from.slice(0, 8)} → ${done.to.slice(0, 8)}`,
    )
    return done
  }
  const check = (claim: string, passed: boolean, seen: string): void => {
    checks.push({ claim, passed, seen })
    scenario.say(`${passed ? '✓' : '✗'} ${claim}: ${seen}`)
  }

  for (const hours of ROUNDS) await grace(hours)
  await upstreamRetirement()
  await schedule()
  await lostUpstreamKey()
  await emergency()
  return { rotations, checks }

  async function grace(hours: number): Promise<void> {
    const period = `${hours}h`
    const { stack, proxyUrl, account, prompt, late, say } = scenario
    const { clock } = stack.cloud
    const old = await account.value('mobile-app')
    const { from } = await rotate('mobile-app', period)
    await prompt.reread()
    await rotate('openai')
    await rotate('openrouter')
    const deadline = (await account.keys('mobile-app')).grace.find(({ versionId }) => versionId === from)?.deadline
    if (!deadline) return check(`the old client key is in grace for ${period}`, false, 'it has no grace label')

    await clock.advance((hours * HOUR) / 2)
    say(`clock moved to the middle of the ${period} window`)
    const inside = await statusWith(proxyUrl, old)
    check(`old client key accepted in the middle of its ${period} grace`, inside === 200, `HTTP ${inside}`)

    await clock.set(new Date(deadline.getTime() - 5 * SECOND))
    const last = await statusWith(proxyUrl, old)
    check('… and seconds before its deadline', last === 200, `HTTP ${last}`)
    await late.reread()
    // What the late consumer sent with the old key comes back before the old key dies.
    await scenario.settle(30)

    await clock.set(deadline)
    const after = await refusedAfter(proxyUrl, old)
    check(
      '… and refused within one second after it',
      after !== undefined && after <= SECOND,
      after === undefined ? 'still accepted' : `after ${Math.round(after)} ms`,
    )
  }

  async function upstreamRetirement(): Promise<void> {
    const { stack, account } = scenario
    const { keyId } = JSON.parse(await account.value('openai'))
    const { from } = await rotate('openai', '1h')
    const deadline = (await account.keys('openai')).grace.find(({ versionId }) => versionId === from)?.deadline
    const live = (): boolean => stack.upstream.keys.live('openai').some(({ id }) => id === keyId)
    check('old upstream key lives at the provider inside its grace', live(), live() ? 'alive' : 'gone')
    if (deadline) await stack.cloud.clock.set(new Date(deadline.getTime() + SWEEP_MINUTES * MINUTE))
    const { expired } = await account.keys('openai')
    check(
      '… and the sweeper has revoked it there after it',
      !live() && expired.length === 0,
      live() ? 'alive' : 'revoked, labels gone',
    )
  }

  async function schedule(): Promise<void> {
    const { stack, account, say } = scenario
    const due = await Promise.all(
      ['openai', 'openrouter', 'reporting-password'].map(async (secret) => ({
        secret,
        at: await account.nextRotation(secret),
      })),
    )
    const [next] = due.filter(({ at }) => at !== undefined).sort((one, other) => Number(one.at) - Number(other.at))
    if (!next?.at) return check('a rotation is scheduled', false, 'none is')
    const before = (await account.keys(next.secret)).current
    say(`clock moved to the next scheduled rotation, of ${next.secret}`)
    await stack.cloud.clock.set(next.at)
    await stack.cloud.rotations.idle()
    const { current } = await account.keys(next.secret)
    if (current !== before) rotations += 1
    check(
      `Secrets Manager's own schedule rotated ${next.secret}`,
      current !== before,
      `${before?.slice(0, 8)} → ${current?.slice(0, 8)}`,
    )
  }

  async function lostUpstreamKey(): Promise<void> {
    const { stack, account, say } = scenario
    await rotate('openai')
    const { keyId } = JSON.parse(await account.value('openai'))
    await scenario.settle(30)
    stack.upstream.keys.revoke('openai', keyId)
    say('the current OpenAI key was revoked at the provider, behind our back; its sibling is in grace')
    await scenario.settle(40)
    await rotate('openai')
  }

  async function emergency(): Promise<void> {
    const { stack, account } = scenario
    const { keyId } = JSON.parse(await account.value('openrouter'))
    await rotate('openrouter', 'revoke-now')
    const gone = !stack.upstream.keys.live('openrouter').some(({ id }) => id === keyId)
    check('revoke-now revoked the old OpenRouter key at once', gone, gone ? 'revoked' : 'still alive')
    await scenario.settle(40)
    await rotate('mobile-app')
    await scenario.prompt.reread()
    await rotate('reporting-password')
  }
}
