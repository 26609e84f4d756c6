import { systemClock } from '../../../core/clock.ts'

/** Polls until `condition` holds. @throws after the deadline, with `what` was waited for */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 5_000,
): Promise<void> {
  const deadline = systemClock.monotonic() + deadlineMs
  while (!(await condition())) {
    if (systemClock.monotonic() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`)
    await systemClock.sleep(2)
  }
}
