import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface CliRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const CLI = new URL('../../../cli/keyturn.mjs', import.meta.url).pathname

/** The shipped command line as a child with an empty environment, at a local cloud. */
export async function keyturn(cloudUrl: string, args: readonly string[], input = ''): Promise<CliRun> {
  const child = spawn(process.execPath, [CLI, ...args, '--endpoint', cloudUrl], {
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    stdio: 'pipe',
  })
  child.stdin.end(input)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { status, stdout, stderr }
}
