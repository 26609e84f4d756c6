import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'
import { keyturnAt } from './keyturn.ts'

export interface Made {
  readonly name: string
  readonly arn: string
}

export interface CliRig {
  readonly rig: RotationRig
  readonly keyturn: ReturnType<typeof keyturnAt>
  /** A secret of the stack, with a name of its own; without `firstValue` its strategy makes the first value. */
  make(strategy: string, params?: unknown, firstValue?: string): Promise<Made>
}

/** The command line against a local cloud with one rotation function. */
export async function startCliRig(prefix: string): Promise<CliRig> {
  const rig = await startRotationRig()
  let serial = 0
  return {
    rig,
    keyturn: keyturnAt(rig.cloud.url),
    async make(strategy, params = {}, firstValue) {
      const name = `${prefix}-${++serial}`
      const arn = await rig.create(name, { strategy, params }, firstValue === undefined ? {} : { firstValue })
      return { name, arn }
    },
  }
}
