import { expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startRawUpstream, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const GET = ['GET /openai/v1/x HTTP/1.1', 'Host: proxy', `Authorization: Bearer ${CLIENT_KEY}`]

test('part of C4: an event stream that dies between two events ends with an error event and without a clean end', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n', () => response.destroy())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head(...GET)
  await client.seesClose()

  expect(client.text).toContain('data: one\n\n')
  expect(client.text).toMatch(/event: error\ndata: \{"error":\{"code":"upstream-closed",.*"request_id":".+"\}\}\n\n/)
  expect(client.text).not.toContain('\r\n0\r\n')
  await until(() => proxy.log.some(({ ended }) => ended === 'upstream-died'), 'the death is logged')
})

test('part of C4: an event stream that dies inside an event gets nothing added, and no clean end', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\ndata: {"half', () => response.destroy())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head(...GET)
  await client.seesClose()

  expect(client.text).not.toContain('event: error')
  expect(client.text).not.toContain('\r\n0\r\n')
})

test.each([
  ['a chunked body', { 'content-type': 'application/json' }],
  ['a body with a length', { 'content-length': '1000' }],
  ['a compressed event stream', { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }],
])('part of C4: %s that is cut short is visibly incomplete', async (_what, headers) => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, headers)
    response.write('half', () => response.destroy())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(200)
  expect(answer.complete).toBe(false)
  expect(answer.body.toString()).not.toContain('error')
})

test('part of C4: to an HTTP/1.0 client a body that is cut short ends with a reset', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('half', () => response.destroy())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head('GET /openai/v1/x HTTP/1.0', ...GET.slice(1))
  await client.seesClose()

  expect(client.error?.code).toBe('ECONNRESET')
  expect(client.ended).toBe(false)
})

test('part of C4: an upstream that falls silent inside a stream is given up, visibly', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { streamIdleSeconds: 0.2 } })
  await using client = await RawClient.open(proxy.port)

  client.head(...GET)
  await client.seesClose()

  expect(client.text).toContain('"code":"upstream-idle"')
  expect(client.text).not.toContain('\r\n0\r\n')
})

test('a stream that keeps coming is not cut by the idle time', async () => {
  await using upstream = await startUpstream(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let events = 0
    const timer = setInterval(() => {
      response.write('data: x\n\n')
      events += 1
      if (events === 20) {
        clearInterval(timer)
        response.end()
      }
    }, 30)
  })
  await using proxy = await startTestProxy({
    upstream: upstream.url,
    limits: { streamIdleSeconds: 0.3, upstreamHeadSeconds: 0.3, headSeconds: 0.3, bodyIdleSeconds: 0.3 },
  })

  const answer = await ask(proxy.port)

  expect(answer.complete).toBe(true)
  expect(answer.body.toString()).toBe('data: x\n\n'.repeat(20))
})

test('an upstream that nobody listens on is a 502 with a code, and the next request works again', async () => {
  let url = ''
  {
    await using gone = await startUpstream(() => undefined)
    url = gone.url
  }
  await using proxy = await startTestProxy({ upstream: url })

  const answer = await ask(proxy.port, { method: 'POST', body: 'x' })

  expect(answer.status).toBe(502)
  expect(errorOf(answer).code).toBe('upstream-unreachable')
  expect(answer.headers['retry-after']).toBe('1')
})

test('an upstream without an answer in time is a 504', async () => {
  await using upstream = await startUpstream(() => undefined)
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { upstreamHeadSeconds: 0.2 } })

  const answer = await ask(proxy.port, { method: 'POST', body: 'x' })

  expect(answer.status).toBe(504)
  expect(errorOf(answer).code).toBe('upstream-timeout')
  expect(upstream.seen).toHaveLength(1)
})

test('an upstream that does not speak HTTP is a 502, and none of its words come through', async () => {
  await using upstream = await startRawUpstream((socket) =>
    socket.on('data', () => socket.end('sk-secret-banner\r\n\r\n')),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(502)
  expect(answer.body.toString()).not.toContain('sk-secret')
  expect(JSON.stringify(proxy.log)).not.toContain('sk-secret')
})

test('an upstream that says both content-length and transfer-encoding is not believed', async () => {
  await using upstream = await startRawUpstream((socket) =>
    socket.on('data', () =>
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      ),
    ),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  expect((await ask(proxy.port)).status).toBe(502)
})

test('an interim answer does not count as the answer', async () => {
  await using upstream = await startRawUpstream((socket) =>
    socket.on('data', () =>
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    ),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(200)
  expect(answer.body.toString()).toBe('ok')
})

/** Answers the first request of a connection, then closes it at the moment the second one arrives. */
function closingOnReuse(state: { requests: string[] }) {
  return startRawUpstream((socket) => {
    let requests = 0
    socket.on('data', (data) => {
      requests += 1
      state.requests.push(data.toString())
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      else socket.resetAndDestroy()
    })
  })
}

test.each([
  ['GET', {}, undefined],
  ['PUT', {}, 'same body'],
  ['POST', { 'idempotency-key': 'k1' }, 'same body'],
])('a %s that meets a closing connection is sent again, the same to the byte', async (method, headers, body) => {
  const state = { requests: [] as string[] }
  await using upstream = await closingOnReuse(state)
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await ask(proxy.port)
  const options = { method, headers: { ...headers, 'x-request-id': 'r' }, ...(body !== undefined && { body }) }
  const answer = await ask(proxy.port, options)

  expect(answer.status).toBe(200)
  const tries = state.requests.slice(-2)
  expect(tries[0]).toBe(tries[1])
})

test('a POST without an idempotency key is not sent twice', async () => {
  const state = { requests: [] as string[] }
  await using upstream = await closingOnReuse(state)
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await ask(proxy.port)
  const answer = await ask(proxy.port, { method: 'POST', body: 'once' })

  expect(answer.status).toBe(502)
  expect(state.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
})

test('a request is not sent again once a byte of an answer has come', async () => {
  let requests = 0
  await using upstream = await startRawUpstream((socket) =>
    socket.on('data', () => {
      requests += 1
      socket.write('HTTP/1.1 200', () => socket.resetAndDestroy())
    }),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  expect((await ask(proxy.port)).status).toBe(502)
  expect(requests).toBe(1)
})

test('part of C15: a body over the limit is a 413, announced or not', async () => {
  await using upstream = await startUpstream((request, response) => {
    request.resume().on('end', () => response.end('ok'))
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { bodyBytes: 1_000 } })

  const announced = await ask(proxy.port, { method: 'POST', body: Buffer.alloc(1_001) })
  const chunked = await ask(proxy.port, {
    method: 'POST',
    headers: { 'transfer-encoding': 'chunked' },
    body: Buffer.alloc(1_001),
  })

  expect([announced.status, errorOf(announced).code]).toEqual([413, 'body-too-large'])
  expect([chunked.status, errorOf(chunked).code]).toEqual([413, 'body-too-large'])
})

test('part of C15: a body that stands still is a 408', async () => {
  await using upstream = await startUpstream((request, response) => {
    request.resume().on('end', () => response.end('ok'))
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { bodyIdleSeconds: 0.1 } })
  await using client = await RawClient.open(proxy.port)

  client.head('POST /openai/x HTTP/1.1', 'Host: p', `X-Api-Key: ${CLIENT_KEY}`, 'Content-Length: 10').write('12345')
  await client.sees('HTTP/1.1 408')
  await client.sees('body-timeout')
})

test('part of C15: a head that dawdles is a 408', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { headSeconds: 0.2 } })
  await using client = await RawClient.open(proxy.port)

  client.write('GET /openai/x HTTP/1.1\r\nHost: p\r\n')
  await client.sees('HTTP/1.1 408')
  await client.sees('head-timeout')
  await client.seesClose()
})
