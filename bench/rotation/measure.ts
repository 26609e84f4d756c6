import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { openAiParams } from '../../test/helpers/provider-params.ts'
import { type RotationRig, startRotationRig } from '../../test/helpers/rotation-rig.ts'
import type { Spent } from '../report/statistics.ts'

export interface RotationCost {
  readonly strategy: string
  /** Secrets Manager calls of each rotation, all four steps together. */
  readonly calls: readonly number[]
  /** One for each rotation. */
  readonly rotation: readonly Spent[]
  /** As many bare DescribeSecret calls by the same SDK at the same local cloud, right after each rotation. */
  readonly bareCalls: readonly Spent[]
}

/**
 * Rotates through the engine and the local cloud in this process; waiting takes no time there, so what is measured is
 * work. Every rotation has a secret of its own.
 */
export async function measureRotations(rotations: number): Promise<readonly RotationCost[]> {
  const rig = await startRotationRig()
  try {
    const costs: RotationCost[] = []
    for (const [strategy, params] of [
      ['random', {}],
      ['client-key', {}],
      ['provider-key', openAiParams(rig.upstream.url)],
    ] as const) {
      await measureStrategy(rig, strategy, params, 2)
      costs.push(await measureStrategy(rig, strategy, params, rotations))
    }
    return costs
  } finally {
    await rig.close()
  }
}

let serial = 0

async function measureStrategy(
  rig: RotationRig,
  strategy: string,
  params: unknown,
  rotations: number,
): Promise<RotationCost> {
  const calls: number[] = []
  const rotation: Spent[] = []
  const bareCalls: Spent[] = []
  for (let turn = 0; turn < rotations; turn += 1) {
    const arn = await rig.create(`bench-${++serial}`, { strategy, params })
    const since = rig.cloud.journal.last
    let token = ''
    rotation.push(
      await spend(async () => {
        token = await rig.rotateToEnd(arn)
      }),
    )
    if (!(await rig.labels(arn))[token]?.includes('AWSCURRENT'))
      throw new Error(`the rotation of ${arn} did not finish`)
    const made = rig.calls(since).filter(({ source }) => source === 'api').length
    calls.push(made)
    bareCalls.push(
      await spend(async () => {
        for (let call = 0; call < made; call += 1) await rig.secrets.send(new DescribeSecretCommand({ SecretId: arn }))
      }),
    )
  }
  return { strategy, calls, rotation, bareCalls }
}

async function spend(work: () => Promise<unknown>): Promise<Spent> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { wallMs: performance.now() - began, cpuMs: (user + system) / 1_000 }
}
