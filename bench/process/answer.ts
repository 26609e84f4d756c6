type Handler = (input: never) => unknown

export interface Question {
  readonly id: number
  readonly name: string
  readonly input: unknown
}

export interface Reply {
  readonly id: number
  readonly output?: unknown
  readonly error?: string
}

/** Answers the parent's questions by name, and ends this process when the parent is gone. */
export function answer(handlers: Readonly<Record<string, Handler>>): void {
  process.on('message', async ({ id, name, input }: Question) => {
    const handler = handlers[name]
    if (!handler) return
    try {
      process.send?.({ id, output: await handler(input as never) } satisfies Reply)
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Reply)
    }
  })
  process.once('disconnect', () => process.exit(0))
}
