import { parseArgs } from 'node:util'
import { MINUTE, SECOND, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { runStack } from '../run/run-stack.ts'
import { showProgress } from '../run/show-progress.ts'
import { openAccount } from './account.ts'
import { consumer } from './consumer.ts'
import { AT_LEAST, problems, report } from './report.ts'
import { play, SWEEP_MINUTES } from './scenario.ts'
import { readServed } from './served.ts'
import { startTraffic, type Traffic } from './traffic.ts'

const HELP = `npm run demo

Runs Keyturn on this machine on free ports, sends streaming and plain traffic through the proxy, and rotates, lets grace
end, loses and revokes the keys under it. Prints what it saw. Exits 0 when no request failed, 1 with the evidence otherwise.`

/** A demo that hangs has failed. */
const LIMIT_MS = 10 * MINUTE

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } })
  if (values.help) console.log(HELP)
  else process.exitCode = await demo()
} catch (error) {
  console.error(error instanceof KeyturnError ? `keyturn: ${error.message} [${error.code}]` : error)
  process.exitCode = 1
}

async function demo(): Promise<number> {
  const limit = setTimeout(() => {
    console.error(`keyturn: the demo did not end within ${LIMIT_MS / MINUTE} minutes [demo-timeout]`)
    process.exit(1)
  }, LIMIT_MS)
  const progress = showProgress()
  const stack = await runStack({
    ports: { cloud: 0, proxy: 0, upstream: 0 },
    upstream: { chunkDelayMs: 2 },
    // The demo moves through days: at the shipped five minutes most of its time would go into sweeps that find nothing.
    overrides: { 'keyturn:sweepMinutes': SWEEP_MINUTES },
    ...progress,
  })
  progress.done(stack.resources)
  const account = openAccount(stack)
  try {
    const [prompt, late] = await Promise.all(
      ['prompt', 'late'].map((name) => consumer(name, account.client, account.name('mobile-app'))),
    )
    const { proxyUrl } = stack
    if (!prompt || !late || proxyUrl === undefined)
      throw new KeyturnError('demo-broken', 'The demo needs a proxy and two consumers.')
    const traffic = startTraffic({ proxyUrl, consumers: [prompt, late] })
    const began = systemClock.monotonic()
    const say = (line: string): void => {
      const seconds = ((systemClock.monotonic() - began) / SECOND).toFixed(1).padStart(5)
      console.log(
        `${seconds} s  ${String(traffic.requests).padStart(5)} requests, ${traffic.failures.length} failed  ${line}`,
      )
    }
    const settle = (more: number): Promise<void> => untilRequests(traffic, traffic.requests + more)
    say('traffic runs')
    await settle(50)
    const played = await play({ stack, proxyUrl, account, prompt, late, say, settle })
    await untilRequests(traffic, AT_LEAST.requests)
    await traffic.stop()

    console.log(`\n${report(played, traffic, readServed(stack.cloud))}\n`)
    const wrong = problems(played, traffic)
    for (const problem of wrong) console.error(`✗ ${problem}`)
    console.log(
      wrong.length === 0
        ? `✓ ${played.rotations} rotations under ${traffic.requests} requests, and none failed`
        : `✗ ${wrong.length} problems`,
    )
    return wrong.length === 0 ? 0 : 1
  } finally {
    account.client.destroy()
    await stack.close()
    clearTimeout(limit)
  }
}

async function untilRequests(traffic: Traffic, count: number): Promise<void> {
  const deadline = systemClock.monotonic() + MINUTE
  while (traffic.requests < count && systemClock.monotonic() < deadline) await systemClock.sleep(50)
}
