import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LoadBalancer, openLoadBalancer } from '../../../../../../local/cloud/services/ecs/load-balancer.ts'

let balancer: LoadBalancer
const open: (Server | Socket)[] = []

beforeEach(async () => {
  balancer = await openLoadBalancer(0)
})

afterEach(async () => {
  await balancer.close()
  for (const each of open.splice(0)) 'close' in each ? each.close() : each.destroy()
})

/** A task that answers each line with its name, and gives the sockets it got. */
async function task(name: string): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => socket.write(`${name}:${data}`))
    socket.on('end', () => socket.end('bye'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  return { port: (server.address() as AddressInfo).port, sockets }
}

function dial(): Socket {
  const socket = connect({ port: balancer.port, host: '127.0.0.1', allowHalfOpen: true })
  open.push(socket)
  return socket
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data.toString()
}

test('a connection stays on its task while new ones go to the new task', async () => {
  const [one, two] = [await task('one'), await task('two')]
  balancer.register('one', one.port)
  const old = dial()
  expect(await ask(old, 'a')).toBe('one:a')
  balancer.register('two', two.port)
  balancer.deregister('one')
  expect(await ask(dial(), 'b')).toBe('two:b')
  expect(await ask(old, 'c')).toBe('one:c')
})

test('the task with the fewest connections gets the next one', async () => {
  const [one, two] = [await task('one'), await task('two')]
  balancer.register('one', one.port)
  balancer.register('two', two.port)
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask(dial(), 'x')))
  expect(answers.sort()).toEqual(['one:x', 'one:x', 'two:x', 'two:x'])
})

test('a target that refuses is passed over before a byte is lost', async () => {
  const [dead, alive] = [await task('dead'), await task('alive')]
  for (const each of open.splice(0, 1)) 'close' in each && each.close()
  balancer.register('dead', dead.port)
  balancer.register('alive', alive.port)
  const answers = await Promise.all([1, 2, 3].map(() => ask(dial(), 'x')))
  expect(answers).toEqual(['alive:x', 'alive:x', 'alive:x'])
})

test('without a healthy task a connection is reset', async () => {
  const [error] = (await once(dial(), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')
})

test('a half-closed connection still gets its answer', async () => {
  balancer.register('one', (await task('one')).port)
  const socket = dial()
  socket.end('last')
  const parts: Buffer[] = []
  socket.on('data', (data) => parts.push(data))
  await once(socket, 'end')
  expect(Buffer.concat(parts).toString()).toBe('one:lastbye')
})

test('a task that dies resets its clients, and a client that dies resets its task', async () => {
  const one = await task('one')
  balancer.register('one', one.port)
  const client = dial()
  await ask(client, 'x')
  one.sockets[0]?.resetAndDestroy()
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNRESET')

  const other = dial()
  await ask(other, 'x')
  const gone = new Promise((resolve) => one.sockets[1]?.once('close', resolve))
  other.resetAndDestroy()
  expect(await gone, 'closed by an error').toBe(true)
})

test('a reader that stalls stops its task, instead of filling memory', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    const chunk = Buffer.alloc(64 * 1024)
    const push = (): void => {
      while (socket.write(chunk)) sent += chunk.length
      sent += chunk.length
      socket.once('drain', push)
    }
    push()
  })
  let sent = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  balancer.register('flood', (server.address() as AddressInfo).port)
  const client = dial()
  client.pause()
  await once(client, 'connect')
  let before = -1
  await expect
    .poll(
      () => {
        const steady = sent === before && sent > 0
        before = sent
        return steady
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true)
  expect(sent).toBeLessThan(32 * 1024 * 1024)
})

test('a taken port says which flag chooses another', async () => {
  await expect(openLoadBalancer(balancer.port)).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringMatching(/--proxy-port/),
  })
})
