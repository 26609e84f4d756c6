import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'

const bench = new URL('..', import.meta.url)

/** The version of a package that bench (or the repository above it) has installed; undefined when it has none. */
export async function installedVersion(name: string, from: URL = bench): Promise<string | undefined> {
  const text = await readFile(new URL(`node_modules/${name}/package.json`, from), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as { version: string }).version
}

/** What every figure of this run belongs to. */
export async function describeRun(): Promise<string> {
  const load = loadavg().map((value) => value.toFixed(1))
  const at = (name: string, from?: URL) => installedVersion(name, from).then((version) => `${name} ${version}`)
  const peers = await Promise.all([
    at('http-proxy-3'),
    at('@fastify/http-proxy'),
    at('fastify'),
    at('@aws-sdk/client-secrets-manager', new URL('..', bench)),
    at('esbuild', new URL('..', bench)),
  ])
  return [
    `date     ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `commit   ${commit()}`,
    `node     ${process.versions.node} ${process.platform} ${process.arch}`,
    `machine  ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${load.join(' ')}`,
    `peers    ${peers.join(', ')}`,
  ].join('\n')
}

/** Marked when what is measured differs from the commit; files outside it do not count. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: new URL('..', bench),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    const changed = git('status', '--porcelain', '--', 'core', 'proxy', 'lambdas', 'local', 'infra/bundle')
    return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ' with uncommitted changes'}`
  } catch {
    return 'unknown'
  }
}
