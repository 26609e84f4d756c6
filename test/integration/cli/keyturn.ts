import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../../cli/keyturn.mjs', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string | Uint8Array
  readonly cwd?: string
}

/** Runs the command line as its user does, in a process of its own, without any AWS configuration of this machine. */
export async function keyturn(args: readonly string[], { env = {}, stdin = '', cwd }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...env },
  })
  // A command that needs no input may end before it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { status, stdout, stderr }
}

/** The command line against one local cloud. */
export const keyturnAt =
  (url: string) =>
  (args: readonly string[], options?: RunOptions): Promise<Ended> =>
    keyturn([...args, '--endpoint', url], options)
