import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ask } from '../../helpers/proxy/http-client.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, CLIENT_SECRET, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const KEY = `X-Api-Key: ${CLIENT_KEY}`

test.each([['reset'], ['close']])(
  'part of C4: a client %s before the head cancels the upstream at once',
  async (how) => {
    let gone = false
    await using upstream = await startUpstream((_request, response) => {
      response.on('close', () => {
        gone = true
      })
    })
    await using proxy = await startTestProxy({ upstream: upstream.url })
    await using client = await RawClient.open(proxy.port)

    client.head('GET /openai/x HTTP/1.1', 'Host: p', KEY)
    await until(() => upstream.seen.length === 1, 'the upstream is asked')
    leave(client.socket, how)

    await until(() => gone, 'the upstream sees the client go', 1_000)
    await until(
      () => proxy.log.some(({ ended, status, code }) => ended === 'client-gone' && status === 499 && !code),
      'it is logged',
    )
    expect(await proxy.metric('keyturn_proxy_in_flight_requests')).toBe(0)
  },
)

test.each([['reset'], ['close']])(
  'part of C4: a client %s inside a stream cancels the upstream at once',
  async (how) => {
    let gone = false
    await using upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(() => response.write('data: x\n\n'), 5)
      response.on('close', () => {
        gone = true
        clearInterval(timer)
      })
    })
    await using proxy = await startTestProxy({ upstream: upstream.url })
    await using client = await RawClient.open(proxy.port)

    client.head('GET /openai/x HTTP/1.1', 'Host: p', KEY)
    await client.sees('data: x')
    leave(client.socket, how)

    await until(() => gone, 'the upstream sees the client go', 1_000)
  },
)

test('part of C4: a client that leaves inside its upload cancels the upstream at once', async () => {
  let gone = false
  await using upstream = await startUpstream((request) => {
    request.on('error', () => undefined)
    request.on('close', () => {
      gone = true
    })
    request.resume()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head('POST /openai/x HTTP/1.1', 'Host: p', KEY, 'Content-Length: 1000').write('half')
  await until(() => upstream.seen.length === 1, 'the upstream is asked')
  client.socket.destroy()

  await until(() => gone, 'the upstream sees the client go', 1_000)
  await until(() => proxy.log.some(({ message }) => message === 'request'), 'it is logged')
  expect(proxy.log.at(-1)).toMatchObject({ status: 499, ended: 'client-gone', bytesIn: 4 })
  expect(proxy.log.at(-1)?.code).toBeUndefined()
})

test('part of C15: a client that stops reading is given up, and its upstream with it', async () => {
  let gone = false
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200)
    const fill = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    }
    response.on('drain', fill)
    response.on('close', () => {
      gone = true
    })
    fill()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { streamIdleSeconds: 0.3 } })
  await using client = await RawClient.open(proxy.port)
  client.socket.pause()

  client.head('GET /openai/x HTTP/1.1', 'Host: p', KEY)

  await until(() => gone, 'the upstream is let go')
})

test('part of C4: a client that leaves while its key is looked up again never reaches the upstream', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  const gate = Promise.withResolvers<void>()
  proxy.source.gate = () => gate.promise
  proxy.source.set(CLIENT_SECRET, { v2: { labels: ['AWSCURRENT'], value: 'kt_fresh' } })
  const reads = proxy.source.calls.labels
  await using client = await RawClient.open(proxy.port)

  client.head('GET /openai/x HTTP/1.1', 'Host: p', 'X-Api-Key: kt_fresh')
  await until(() => proxy.source.calls.labels > reads, 'the key set is read again')
  client.socket.destroy()
  await client.seesClose()
  // Later events on the proxy's loop: by then it has seen the client go.
  for (let round = 0; round < 3; round += 1) await ask(proxy.port, { path: '/health' })
  gate.resolve()

  await until(() => proxy.log.some(({ ended }) => ended === 'client-gone'), 'it is logged')
  expect(upstream.seen).toEqual([])
  expect(upstream.sockets.size).toBe(0)
})

test('part of C4: a client that leaves while its reader is stalled cancels the upstream at once', async () => {
  let gone = false
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200)
    const fill = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    }
    response.on('drain', fill)
    response.on('close', () => {
      gone = true
    })
    fill()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.socket.pause()

  client.head('GET /openai/x HTTP/1.1', 'Host: p', KEY)
  await until(() => upstream.seen.length === 1, 'the upstream is asked')
  client.socket.resetAndDestroy()

  await until(() => gone, 'the upstream sees the client go', 1_000)
})

test('part of C4: an upstream that answers before the upload ends is heard, and the rest of the upload is not waited for', async () => {
  await using upstream = await startUpstream((_request, response) => response.writeHead(413).end('too much'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head('POST /openai/x HTTP/1.1', 'Host: p', KEY, 'Content-Length: 1000000').write('start')

  await client.sees('HTTP/1.1 413')
  await client.sees('too much')
})

test('part of C4: after an early answer the connection closes cleanly, however its client goes on sending', async () => {
  await using upstream = await startUpstream((_request, response) => response.writeHead(413).end('too much'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  for (const part of [1, 1_000_000]) {
    await using client = await RawClient.open(proxy.port)
    client.head('POST /openai/x HTTP/1.1', 'Host: p', KEY, 'Content-Length: 50000000')
    const sending = setInterval(() => client.socket.writable && client.write(Buffer.alloc(part)), 20)

    await client.sees('too much')
    await client.seesClose(4_000)

    clearInterval(sending)
    expect(client.text).toMatch(/connection: close/i)
    expect(client.ended).toBe(true)
  }
})

test('aborts leave no open request behind, and the next request works', async () => {
  await using upstream = await startUpstream((request, response) => {
    if (request.url === '/ok') response.end('ok')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  for (let index = 0; index < 20; index += 1) {
    await using client = await RawClient.open(proxy.port)
    client.head('GET /openai/hang HTTP/1.1', 'Host: p', KEY)
    await until(() => upstream.seen.length > index, 'the upstream is asked')
    client.socket.destroy()
  }

  await until(async () => (await proxy.metric('keyturn_proxy_in_flight_requests')) === 0, 'nothing is in flight')
  await until(() => upstream.sockets.size === 0, 'no connection to the upstream is left')
  expect((await ask(proxy.port, { path: '/openai/ok' })).status).toBe(200)
})

function leave(socket: Socket, how: string): void {
  if (how === 'reset') socket.resetAndDestroy()
  else socket.destroy()
}
