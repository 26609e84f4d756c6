import { expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const GOOD = ['GET /openai/x HTTP/1.1', 'Host: p', `X-Api-Key: ${CLIENT_KEY}`]
const ok = () => startUpstream((request, response) => request.resume().on('end', () => response.end('ok')))

const SILENCES: [what: string, begin: (client: RawClient) => unknown][] = [
  ['never said a byte', () => undefined],
  ['dribble a head', (client) => client.write('GET /openai/x HTTP/1.1\r\nHost:')],
  ['were refused a route', (client) => client.head('GET /nowhere HTTP/1.1', 'Host: p')],
  ['sent a wrong key', (client) => client.head('GET /openai/x HTTP/1.1', 'Host: p', 'X-Api-Key: kt_wrong')],
  ['asked for the health', (client) => client.head('GET /health HTTP/1.1', 'Host: p')],
  [
    'owe the body of a refused request',
    (client) => client.head('POST /openai/x HTTP/1.1', 'Host: p', 'Content-Length: 99').write('x'),
  ],
]

test.each(SILENCES)('strangers that %s cannot keep a caller or a health check out', async (_what, begin) => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { connections: 50 } })
  const strangers = await Promise.all(Array.from({ length: 80 }, () => RawClient.open(proxy.port)))
  for (const stranger of strangers) begin(stranger)

  expect((await ask(proxy.port)).status).toBe(200)
  expect((await ask(proxy.port, { path: '/ready', key: null })).status).toBe(200)

  for (const { socket } of strangers) socket.destroy()
})

test.each(SILENCES)('strangers that %s are gone within seconds', async (_what, begin) => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { strangerSeconds: 0.3 } })
  await using client = await RawClient.open(proxy.port)

  begin(client)

  await client.seesClose(3_000)
})

test('strangers that were closed are counted by reason, and the oldest goes first', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { connections: 1, strangerSeconds: 1 } })
  const strangers: RawClient[] = []
  for (let index = 0; index < 18; index += 1) strangers.push(await RawClient.open(proxy.port))

  await strangers[1]?.seesClose(500)
  expect(strangers.filter(({ closed }) => closed)).toEqual(strangers.slice(0, 2))
  expect(await proxy.metric('keyturn_proxy_strangers_closed_total{reason="crowded"}')).toBe(2)
  await strangers[17]?.seesClose(3_000)
  expect(await proxy.metric('keyturn_proxy_strangers_closed_total{reason="overdue"}')).toBe(16)
})

test('two health checks at once both find a place while callers hold every one', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { connections: 2 } })
  const callers = await Promise.all([RawClient.open(proxy.port), RawClient.open(proxy.port)])
  for (const caller of callers) await caller.head(...GOOD).sees('ok')
  const checks = await Promise.all([RawClient.open(proxy.port), RawClient.open(proxy.port)])
  for (const check of checks) check.write('GET /health HTTP/1.1\r\nHost: p\r\n')

  for (const check of checks) await check.write('\r\n').sees('"status":"up"')

  for (const { socket } of [...callers, ...checks]) socket.destroy()
})

test('a refused body that comes as fast as it can is not read on', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.head('POST /openai/x HTTP/1.1', 'Host: p', 'Transfer-Encoding: chunked')
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'x'), Buffer.from('\r\n')])
  const pour = (): void => {
    while (client.socket.writable && client.socket.write(chunk)) {}
  }
  client.socket.on('drain', pour)
  pour()

  await client.sees('"code":"credential-missing"')
  await client.seesClose(4_000)

  // What the proxy took, and what the kernels of both sides hold: a loopback connection carries gigabytes in that time.
  expect(client.socket.bytesWritten - client.socket.writableLength).toBeLessThan(48 * 1024 * 1024)
})

test('a refused body that trickles in is cut off within seconds, and its answer is read', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.head('POST /openai/x HTTP/1.1', 'Host: p', 'Transfer-Encoding: chunked')
  const trickle = setInterval(() => client.socket.writable && client.write('1\r\nx\r\n'), 50)

  await client.sees('"code":"credential-missing"')
  await client.seesClose(4_000)

  clearInterval(trickle)
  expect(client.ended).toBe(true)
})

test('the same of a refused body on a caller’s connection', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  for (const framing of ['Content-Length: 500', 'Transfer-Encoding: chunked']) {
    await using client = await RawClient.open(proxy.port)
    client.head(...GOOD)
    await client.sees('ok')
    client.head('POST /openai/x HTTP/1.1', 'Host: p', 'X-Api-Key: kt_wrong', framing)
    const trickle = setInterval(() => client.socket.writable && client.write('1\r\nx\r\n'), 50)

    await client.sees('"code":"key-unknown"')
    await client.seesClose(4_000)

    clearInterval(trickle)
  }
})

test.each([
  ['whole', 3_000_000],
  ['cut off', 60_000_000],
])('a client that sends a refused body %s before it reads still reads the answer', async (_how, length) => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.head('POST /openai/x HTTP/1.1', 'Host: p', `Content-Length: ${length}`).write(Buffer.alloc(length))

  await client.sees('"code":"credential-missing"')
  await client.seesClose(4_000)

  expect(client.text).toMatch(/connection: close/i)
  expect(client.ended).toBe(true)
})

test('an answer that closes a connection is not lost to what its client still sends', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  for (const start of [
    'GET /nowhere HTTP/1.1\r\nHost: p\r\n\r\n',
    'garbage\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n',
  ]) {
    await using client = await RawClient.open(proxy.port)
    client.write(start).socket.pause()
    await until(async () => (await proxy.metric('keyturn_proxy_in_flight_requests')) === 0, 'it is answered')
    for (let round = 0; round < 3; round += 1) {
      await ask(proxy.port, { path: '/health' })
      client.write(Buffer.alloc(10_000, 'x'))
    }
    client.socket.resume()

    await client.sees('"error"')
    await client.seesClose(4_000)

    expect(client.error).toBeUndefined()
    expect(client.text.split('HTTP/1.1 ')).toHaveLength(2)
  }
  expect(upstream.seen).toEqual([])
})

test('a request behind one that ends the connection is not carried out', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.write(`POST /openai/x HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\n`)
  await client.sees('credential-missing')
  client.write(`xx${GOOD.join('\r\n')}\r\n\r\n`)
  await client.seesClose(4_000)

  expect(upstream.seen).toEqual([])
})

test('a caller keeps its connection, through refusals and past a stranger’s time, whoever else comes', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { connections: 4, strangerSeconds: 0.1 } })
  await using caller = await RawClient.open(proxy.port)
  const wrong = ['GET /openai/wrong HTTP/1.1', 'Host: p', 'X-Api-Key: kt_wrong']
  caller.head(...GOOD)
  await caller.sees('ok')
  await using slow = await RawClient.open(proxy.port)
  await slow.seesClose(1_000)
  const strangers = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(proxy.port)))

  caller.head(...wrong)
  await caller.sees('key-unknown')
  caller.head('GET /openai/again HTTP/1.1', ...GOOD.slice(1))
  await until(() => upstream.seen.length === 2, 'the caller is served again')

  expect(caller.text).not.toMatch(/connection: close/i)
  for (const { socket } of strangers) socket.destroy()
})

test('when callers hold every place, a further one is told so and a health check is answered', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { connections: 2 } })
  const callers = [await RawClient.open(proxy.port), await RawClient.open(proxy.port)]
  for (const caller of callers) {
    caller.head(...GOOD)
    await caller.sees('ok')
  }

  const further = await ask(proxy.port)
  expect([further.status, errorOf(further).code]).toEqual([503, 'connections-exhausted'])
  expect((await ask(proxy.port, { path: '/ready', key: null })).status).toBe(200)
  callers[0]?.socket.destroy()
  await until(async () => (await ask(proxy.port)).status === 200, 'a place is free again')
  for (const { socket } of callers) socket.destroy()
})

test('a connection whose last accepted key is older than its idle time is a stranger’s again', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { clientKeepAliveSeconds: 2 } })
  await using client = await RawClient.open(proxy.port)
  client.head(...GOOD)
  await client.sees('ok')
  const refused = setInterval(() => client.socket.writable && client.head('GET /nowhere HTTP/1.1', 'Host: p'), 200)

  await client.seesClose(6_000)

  clearInterval(refused)
  expect(client.text).toMatch(/connection: close/i)
})
