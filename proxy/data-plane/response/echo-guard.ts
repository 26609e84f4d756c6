import { SHORTEST_SOUGHT } from '../credentials/key-scan.ts'

/** As much of a key may pass before the rest has come: providers' keys begin alike. */
const HARMLESS = 8

/** What of a chunk may pass now; nothing any more once the key was in it. */
export type Passed = { readonly echoed: false; readonly bytes: Buffer } | { readonly echoed: true }

/**
 * Watches a body for our key's exact bytes, also across chunks. Nothing is held back unless a chunk ends with the
 * beginning of the key, and more than eight bytes of it.
 */
export class EchoGuard {
  readonly #key: Buffer
  readonly #harmless: number
  /** The end of what came, as far as it is the beginning of the key. */
  #tail: Buffer = Buffer.alloc(0)
  /** Of the tail, what has passed. */
  #passed = 0

  constructor(key: string) {
    this.#key = Buffer.from(key, 'latin1')
    this.#harmless = Math.min(HARMLESS, key.length >> 1)
  }

  see(chunk: Buffer): Passed {
    if (this.#key.length < SHORTEST_SOUGHT) return { echoed: false, bytes: chunk }
    const text = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    if (text.includes(this.#key)) return { echoed: true }
    const unseen = this.#passed
    this.#tail = text.subarray(text.length - this.#overlap(text))
    const held = Math.max(0, this.#tail.length - this.#harmless)
    this.#passed = this.#tail.length - held
    return { echoed: false, bytes: text.subarray(unseen, text.length - held) }
  }

  /** What was held back, when the body is over. */
  end(): Buffer {
    return this.#tail.subarray(this.#passed)
  }

  /** Length of the longest beginning of the key that `text` ends with. */
  #overlap(text: Buffer): number {
    const [first = 0] = this.#key
    let at = text.indexOf(first, Math.max(0, text.length - this.#key.length + 1))
    while (at >= 0) {
      if (this.#key.subarray(0, text.length - at).equals(text.subarray(at))) return text.length - at
      at = text.indexOf(first, at + 1)
    }
    return 0
  }
}
