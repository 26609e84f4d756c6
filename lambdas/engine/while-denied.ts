import { SECOND } from '../../core/clock.ts'
import { type Attempt, poll } from '../strategies/poll.ts'
import type { Rotation } from './rotation.ts'

/** Longer than IAM usually takes to make a new role or policy known; it promises nothing. */
const PROPAGATION_MS = 40 * SECOND

/** Tries again for a while what is denied, as it may be for some seconds under a role or a policy just made. */
export async function whileDenied({ clock, log, signal }: Rotation, work: () => Promise<void>): Promise<void> {
  const attempt = async (): Promise<Attempt<unknown>> => {
    try {
      await work()
      return { done: undefined }
    } catch (error) {
      if (!isDenial(error)) throw error
      log.warn('access denied, as it may be for some seconds under a role or a policy just made; trying again')
      return { again: error }
    }
  }
  const denial = await poll(attempt, { clock, signal, withinMs: PROPAGATION_MS, firstDelayMs: SECOND })
  if (denial !== undefined) throw denial
}

const isDenial = (error: unknown): boolean => error instanceof Error && error.name === 'AccessDeniedException'
