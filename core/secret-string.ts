import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/**
 * A secret in memory. It shows as `[redacted]` wherever a value is turned into text by accident: template strings,
 * `JSON.stringify`, `console.log`, pino, `util.inspect`. {@link SecretString.reveal} is the one way out, easy to grep.
 */
export class SecretString {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The clear text. Call it where the secret leaves the process for its purpose, and nowhere else. */
  reveal(): string {
    return this.#value
  }

  get length(): number {
    return this.#value.length
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
