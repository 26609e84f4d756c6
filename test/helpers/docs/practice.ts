import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DEFAULT_PORTS } from '../../../local/run/ports.ts'
import type { StackUnderTest } from '../stack/stack-under-test.ts'

export interface Practice {
  /** Runs commands as they are printed, in a shell of their own, which ends at the first that fails unless `goOn`. */
  run(commands: string, goOn?: boolean): Promise<{ readonly status: number | null; readonly output: string }>
  /** Puts a file where the commands are run. */
  write(name: string, content: string): Promise<void>
  close(): Promise<void>
}

export const ROOT = join(import.meta.dirname, '../../..')

/**
 * A reader's terminal: in the repository's folder, as far as `npx keyturn` can tell.
 * @param aws where the AWS CLI is
 * @param paste what the runbook has people paste before they practise on the local cloud
 */
export async function startPractice(stack: StackUnderTest, aws: string, paste: string): Promise<Practice> {
  const home = await mkdtemp(join(tmpdir(), 'keyturn-practice-'))
  const folder = join(home, 'keyturn')
  const bin = join(home, 'bin')
  await Promise.all([mkdir(folder), mkdir(bin)])
  const parts = ['node_modules', ...(await readdir(ROOT)).filter((name) => /^Pulumi\..*yaml$/.test(name))]
  for (const part of parts) await symlink(join(ROOT, part), join(folder, part))
  // As the runbook tells those whose AWS CLI is too old to read AWS_ENDPOINT_URL.
  await writeFile(join(bin, 'aws'), `#!/bin/sh\nexec ${aws} --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`)
  await chmod(join(bin, 'aws'), 0o755)
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, AWS_PAGER: '' }
  return {
    async run(commands, goOn = false) {
      const script = elsewhere(stack, `${paste}\n${commands}`)
      const options = goOn ? [] : ['-e', '-o', 'pipefail']
      const shell = spawn('/bin/bash', [...options, '-c', `exec 2>&1\n${script}`], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const exited = new Promise<number | null>((resolve) => shell.once('close', resolve))
      const output = await text(shell.stdout)
      return { status: await exited, output }
    },
    write: (name, content) => writeFile(join(folder, name), content),
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** The commands for a stack whose ports are not the printed ones, as where those are taken; the same text otherwise. */
const elsewhere = ({ cloudUrl, proxyUrl }: StackUnderTest, commands: string): string =>
  commands
    .replaceAll(`127.0.0.1:${DEFAULT_PORTS.cloud}`, new URL(cloudUrl).host)
    .replaceAll(`127.0.0.1:${DEFAULT_PORTS.proxy}`, new URL(proxyUrl).host)
