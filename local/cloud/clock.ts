import { type Clock, systemClock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'

/** What a process that follows the clock must apply: an offset to the real time, or a moment at which time stands. */
export interface ClockReading {
  readonly offsetMs: number
  readonly frozenAt: Date | undefined
}

export interface ClockTimer {
  cancel(): void
}

/**
 * The local cloud's time: real time plus an offset, or frozen. Moving it forward fires the timers on the way in
 * order, each at its own moment, and waits for each one's work.
 */
export interface MovableClock extends Clock, ClockReading {
  readonly frozen: boolean
  /**
   * Runs `work` once `when` is reached, by passing time or by a move. A move awaits the returned promise, so `work`
   * must never wait for the clock itself: whatever comes later is another timer.
   */
  at(when: Date, work: () => unknown): ClockTimer
  /** Moves forward by `ms`. @throws KeyturnError `clock-backwards` */
  advance(ms: number): Promise<void>
  /** Moves forward to `when`. @throws KeyturnError `clock-backwards` when it lies in the past */
  set(when: Date): Promise<void>
  /** Tells `listener` about every move; moves wait for it. Returns the unsubscription. */
  onMove(listener: (reading: ClockReading) => unknown): () => void
  /** Background work that has to end before time moves on. It must not wait for the clock. */
  hold(work: Promise<unknown>): void
  /** Resolves when no held work is left. */
  idle(): Promise<void>
  /** Drops every timer, and takes no more. */
  stop(): void
}

export interface MovableClockOptions {
  /** Where time begins; the real time when absent. */
  start?: Date
  /** Time stands still between moves. */
  frozen?: boolean
  /** Added to the real time; ignored when `start` is given. */
  offsetMs?: number
  onError?: (error: unknown) => void
}

interface Timer {
  readonly due: number
  readonly order: number
  readonly work: () => unknown
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export function createMovableClock(options: MovableClockOptions = {}): MovableClock {
  const realNow = (): number => systemClock.now().getTime()
  let offsetMs = options.start ? options.start.getTime() - realNow() : (options.offsetMs ?? 0)
  let frozenAt = options.frozen ? realNow() + offsetMs : undefined
  let timers: Timer[] = []
  let order = 0
  let wake: NodeJS.Timeout | undefined
  let moving = false
  let stopped = false
  let lastMove: Promise<void> = Promise.resolve()
  const listeners = new Set<(reading: ClockReading) => unknown>()
  const held = new Set<Promise<unknown>>()
  const onError = options.onError ?? (() => {})

  const nowMs = (): number => frozenAt ?? realNow() + offsetMs

  const reading = (): ClockReading => ({
    offsetMs,
    frozenAt: frozenAt === undefined ? undefined : new Date(frozenAt),
  })

  function arm(): void {
    clearTimeout(wake)
    const next = timers[0]
    if (!next || moving || frozenAt !== undefined) return
    wake = setTimeout(fireDue, Math.min(Math.max(next.due - nowMs(), 0), LONGEST_TIMEOUT_MS))
    wake.unref()
  }

  function fireDue(): void {
    for (let next = timers[0]; next && next.due <= nowMs(); next = timers[0]) {
      timers.shift()
      hold(run(next))
    }
    arm()
  }

  async function run(timer: Timer): Promise<void> {
    try {
      await timer.work()
    } catch (error) {
      onError(error)
    }
  }

  function hold(work: Promise<unknown>): void {
    const settled = work.catch(onError).finally(() => held.delete(settled))
    held.add(settled)
  }

  async function idle(): Promise<void> {
    while (held.size > 0) await Promise.all(held)
  }

  async function jump(to: number): Promise<void> {
    if (to <= nowMs()) return
    if (frozenAt === undefined) offsetMs = to - realNow()
    else {
      offsetMs += to - frozenAt
      frozenAt = to
    }
    for (const listener of listeners) await listener(reading())
  }

  async function moveTo(target: number): Promise<void> {
    moving = true
    clearTimeout(wake)
    try {
      await idle()
      for (let next = timers[0]; next && next.due <= target; next = timers[0]) {
        timers.shift()
        await jump(next.due)
        await run(next)
        await idle()
      }
      await jump(target)
    } finally {
      moving = false
      arm()
    }
  }

  function move(target: () => number): Promise<void> {
    const turn = lastMove.then(() => moveTo(target()))
    lastMove = turn.catch(() => {})
    return turn
  }

  function at(when: Date, work: () => unknown): ClockTimer {
    const timer: Timer = { due: when.getTime(), order: order++, work }
    if (stopped) return { cancel: () => {} }
    timers = [...timers, timer].sort((one, other) => one.due - other.due || one.order - other.order)
    arm()
    return {
      cancel: () => {
        timers = timers.filter((each) => each !== timer)
        arm()
      },
    }
  }

  return {
    get offsetMs() {
      return offsetMs
    },
    get frozenAt() {
      return reading().frozenAt
    },
    get frozen() {
      return frozenAt !== undefined
    },
    now: () => new Date(nowMs()),
    monotonic: systemClock.monotonic,
    sleep: (ms, signal) => sleepUntil(at, new Date(nowMs() + ms), signal),
    at,
    advance: async (ms) => {
      if (!(ms >= 0)) throw backwards()
      await move(() => nowMs() + ms)
    },
    set: async (when) => {
      if (!(when.getTime() >= nowMs())) throw backwards()
      await move(() => when.getTime())
    },
    onMove: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    hold,
    idle,
    stop: () => {
      stopped = true
      timers = []
      clearTimeout(wake)
    },
  }
}

function sleepUntil(at: MovableClock['at'], when: Date, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const timer = at(when, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = (): void => {
      timer.cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

const backwards = (): Error =>
  new KeyturnError('clock-backwards', 'The clock only moves forward: give a positive span or a moment that lies ahead.')
