import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** Where randomness comes from. Everything that becomes a secret must use `systemRandom`; tests may inject a seed. */
export interface Random {
  bytes(length: number): Uint8Array
  /** A uniform integer in `[0, below)`. */
  int(below: number): number
  uuid(): string
}

/** The operating system's generator through `node:crypto`. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  int: (below) => randomInt(below),
  uuid: () => randomUUID(),
}

/** A multiplier in `[1 - spread, 1 + spread)` so that many tasks do not poll at the same instant. */
export function jitter(random: Random, spread: number): number {
  return 1 - spread + (random.int(1_000_000) / 1_000_000) * 2 * spread
}
