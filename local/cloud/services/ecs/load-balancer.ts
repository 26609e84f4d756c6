import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { KeyturnError } from '../../../../core/errors.ts'

/** Stands for the load balancer in front of a service: passes each new connection to a healthy task. */
export interface LoadBalancer {
  readonly port: number
  register(taskArn: string, port: number): void
  /** No new connections from now on; those that are open stay until the task or the client ends them. */
  deregister(taskArn: string): void
  close(): Promise<void>
}

interface Target {
  readonly port: number
  open: number
}

/** @throws KeyturnError `port-taken` */
export async function openLoadBalancer(port: number): Promise<LoadBalancer> {
  const targets = new Map<string, Target>()
  const sockets = new Set<Socket>()

  /** The fewest open connections first; without any target the client is reset, where AWS would answer 503. */
  function pass(client: Socket, tried: ReadonlySet<Target>): void {
    const [target] = [...targets.values()]
      .filter((each) => !tried.has(each))
      .sort((one, other) => one.open - other.open)
    if (!target) {
      client.resetAndDestroy()
      return
    }
    const upstream = track(connect({ host: '127.0.0.1', port: target.port, allowHalfOpen: true, noDelay: true }))
    target.open += 1
    upstream.once('close', () => {
      target.open -= 1
    })
    upstream.once('error', () => pass(client, new Set([...tried, target])))
    upstream.once('connect', () => {
      upstream.removeAllListeners('error')
      join(client, upstream)
    })
  }

  function track(socket: Socket): Socket {
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    track(client).on('error', () => client.destroy())
    pass(client, new Set())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error),
    )
    server.listen(port, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    register: (taskArn, taskPort) => void targets.set(taskArn, { port: taskPort, open: 0 }),
    deregister: (taskArn) => void targets.delete(taskArn),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Bytes both ways with back-pressure; a reset on one side is a reset on the other, never a clean end. */
function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.resetAndDestroy())
    from.once('close', (failed) => {
      if (failed || !from.readableEnded) to.resetAndDestroy()
    })
  }
}

const portTaken = (port: number, cause: unknown): Error =>
  new KeyturnError(
    'port-taken',
    `Port ${port} on 127.0.0.1, where the proxy is to be reached, is already in use. Stop what listens there, or choose another with --proxy-port (0 picks a free one).`,
    cause,
  )
