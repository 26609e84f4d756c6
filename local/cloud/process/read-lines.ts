import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Hands over each line of a stream, the unfinished last one included; resolves when the stream has ended. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', onLine)
  await new Promise<void>((resolve) => lines.once('close', resolve))
}
