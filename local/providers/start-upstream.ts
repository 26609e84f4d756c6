import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../../core/clock.ts'
import { KeyturnError } from '../../core/errors.ts'
import { type Random, systemRandom } from '../../core/random.ts'
import { issueLoopbackCertificate, type ServerCertificate } from '../cloud/certificate.ts'
import type { Faults } from '../cloud/faults.ts'
import type { Journal } from '../cloud/journal.ts'
import type { Provider } from './exchange.ts'
import { createKeyRegistry, type KeyRegistry, type Propagation, type RegistrySnapshot } from './key-registry.ts'
import { openAi } from './openai/provider.ts'
import { openRouter } from './openrouter/provider.ts'
import { type ServedRequest, serve } from './serve.ts'

export interface UpstreamOptions {
  /** 0 picks a free one. */
  readonly port: number
  readonly clock: Clock
  readonly faults: Faults
  readonly random?: Random
  readonly journal?: Journal
  /** Issued anew when absent. */
  readonly certificate?: ServerCertificate
  /** Keys that may administer a provider's keys, by provider: `{ openai: ['sk-admin-…'] }`. */
  readonly adminKeys?: Readonly<Record<string, readonly string[]>>
  readonly propagation?: Partial<Propagation>
  readonly liveKeyLimit?: number
  /** Content chunks of a stream whose request sets no `max_tokens`; 12 unless given. */
  readonly chunks?: number
  /** Milliseconds between two chunks of a stream; 0 unless given. */
  readonly chunkDelayMs?: number
  /** Answers tell what the upstream saw, in `x-echo-*` headers: for tests alone. */
  readonly echo?: boolean
  /** A `kill` fault struck: ends the Lambda invocations in flight, as the caller sees fit. */
  readonly onKill?: () => void
  /** What an earlier run's `keys.toJSON()` gave. */
  readonly snapshot?: RegistrySnapshot | undefined
  /** Called when there is something new to persist. */
  readonly onChange?: () => void
}

export interface RunningUpstream {
  /** `https://127.0.0.1:8081`; each provider lives under its name: `<url>/openai/v1/chat/completions`. */
  readonly url: string
  /** What clients must trust. */
  readonly caPem: string
  /** Every key and admin key, and how to add, inspect and revoke them in-process. */
  readonly keys: KeyRegistry
  /** The latest requests, oldest first. */
  readonly served: readonly ServedRequest[]
  close(): Promise<void>
}

const PROVIDERS: readonly Provider[] = [openAi, openRouter]

/**
 * Starts the stand-in for the providers behind the proxy: HTTPS on 127.0.0.1, OpenAI's and OpenRouter's inference and
 * key administration under `/openai` and `/openrouter`.
 * @throws KeyturnError `port-taken`
 */
export async function startUpstream(options: UpstreamOptions): Promise<RunningUpstream> {
  const certificate = options.certificate ?? (await issueLoopbackCertificate())
  const keys = createKeyRegistry({
    clock: options.clock,
    propagation: { activateMs: 0, revokeMs: 0, ...options.propagation },
    ...(options.onChange && { onChange: options.onChange }),
    snapshot: options.snapshot,
  })
  for (const [provider, values] of Object.entries(options.adminKeys ?? {})) {
    for (const value of values) keys.addAdmin(provider, value)
  }

  const served: ServedRequest[] = []
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem })
  // Longer than clients keep idle connections, so that they, not we, end them.
  server.keepAliveTimeout = 65_000
  server.on(
    'request',
    serve({
      providers: PROVIDERS,
      keys,
      served,
      clock: options.clock,
      random: options.random ?? systemRandom,
      faults: options.faults,
      journal: options.journal,
      echo: options.echo ?? false,
      onKill: options.onKill ?? (() => {}),
      settings: {
        liveKeyLimit: options.liveKeyLimit,
        chunks: options.chunks ?? 12,
        chunkDelayMs: options.chunkDelayMs ?? 0,
      },
    }),
  )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTaken(options.port, error) : error)
    })
    server.listen(options.port, '127.0.0.1', resolve)
  })

  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: certificate.caPem,
    keys,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // Those in the middle of a TLS handshake are no HTTP connections yet.
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const portTaken = (port: number, cause: unknown): Error =>
  new KeyturnError(
    'port-taken',
    `Port ${port} of the upstream is taken. Stop what listens there, or choose another one.`,
    cause,
  )
