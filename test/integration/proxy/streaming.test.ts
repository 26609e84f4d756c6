import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, open } from '../../helpers/proxy/http-client.ts'
import { settle } from '../../helpers/proxy/manual-clock.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { readBody, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const GET = ['GET /openai/v1/x HTTP/1.1', 'Host: proxy', `Authorization: Bearer ${CLIENT_KEY}`]

test('part of C4: the head passes before any chunk, and each chunk before the next is written', async () => {
  const steps: ((chunk?: string) => void)[] = []
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'Text/Event-Stream; charset=UTF-8' })
    response.flushHeaders()
    steps.push((chunk) => (chunk === undefined ? response.end() : response.write(chunk)))
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head(...GET)
  await client.sees('Text/Event-Stream; charset=UTF-8\r\n')
  await client.sees('\r\n\r\n')
  for (let index = 0; index < 5; index += 1) {
    expect(client.text).not.toContain(`data: ${index}`)
    steps[0]?.(`data: ${index}\n\n`)
    await client.sees(`data: ${index}\n\n`)
  }
  steps[0]?.()
  await client.sees('\r\n0\r\n\r\n')
})

test('part of C4: twenty event streams at once arrive byte for byte, however they interleave', async () => {
  const bodies = Array.from({ length: 20 }, (_, stream) =>
    Array.from({ length: 40 }, (_, index) => {
      const ending = ['\n\n', '\r\n\r\n', '\r\r', '\n', ''][index % 5]
      return Buffer.from(
        `: ${stream}\ndata: {"n":${index},"é":"${randomBytes(index * 7).toString('base64')}"}${ending}`,
      )
    }),
  )
  await using upstream = await startUpstream(async (request, response) => {
    const stream = Number(request.url?.split('/').pop())
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [index, chunk] of (bodies[stream] ?? []).entries()) {
      response.write(chunk)
      if ((stream + index) % 3 === 0) await settle()
    }
    response.end()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answers = await Promise.all(bodies.map((_, stream) => ask(proxy.port, { path: `/openai/${stream}` })))

  for (const [stream, answer] of answers.entries()) {
    expect(answer.complete).toBe(true)
    expect(answer.body.equals(Buffer.concat(bodies[stream] ?? []))).toBe(true)
  }
})

test('part of C4: a slow reader holds the upstream back instead of filling memory', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const total = 1_024
  let written = 0
  await using upstream = await startUpstream(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    for (let index = 0; index < total; index += 1) {
      written += chunk.length
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const outgoing = open(proxy.port, {}, (response) => {
    response.pause()
    waiting.resolve(response)
  })
  const waiting = Promise.withResolvers<Parameters<Parameters<typeof open>[2]>[0]>()
  outgoing.end()
  const response = await waiting.promise
  let before = -1
  await until(async () => {
    const stalled = written === before
    before = written
    for (let turn = 0; turn < 20; turn += 1) await settle()
    return stalled && written === before
  }, 'the upstream stalls')

  // What the kernel's socket buffers take on two connections is beyond us; the rest of 64 MiB must wait.
  expect(written).toBeLessThan((total / 2) * chunk.length)
  let received = 0
  response.on('data', (data: Buffer) => {
    received += data.length
  })
  response.resume()
  await until(() => response.complete, 'the body is complete')
  expect(received).toBe(total * chunk.length)
})

test('part of C4: a slow upstream holds the uploading client back, and the upload arrives whole', async () => {
  const chunk = randomBytes(64 * 1024)
  const total = 1_024
  const hash = createHash('sha256')
  const go = Promise.withResolvers<void>()
  await using upstream = await startUpstream(async (request, response) => {
    await go.promise
    for await (const data of request) hash.update(data)
    response.end('done')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answered = Promise.withResolvers<number>()
  const outgoing = open(proxy.port, { method: 'POST' }, (response) => {
    response.resume()
    answered.resolve(response.statusCode ?? 0)
  })
  let written = 0
  const upload = (async () => {
    for (let index = 0; index < total; index += 1) {
      written += chunk.length
      if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve))
    }
    outgoing.end()
  })()
  let before = -1
  await until(async () => {
    const stalled = written === before
    before = written
    for (let turn = 0; turn < 20; turn += 1) await settle()
    return stalled && written === before
  }, 'the client stalls')

  expect(written).toBeLessThan((total / 2) * chunk.length)
  go.resolve()
  await upload
  expect(await answered.promise).toBe(200)
  const expected = createHash('sha256')
  for (let index = 0; index < total; index += 1) expected.update(chunk)
  expect(hash.digest('hex')).toBe(expected.digest('hex'))
})

test('part of C4: both directions stream at the same time', async () => {
  await using upstream = await startUpstream((request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.flushHeaders()
    request.on('data', (data: Buffer) => response.write(data.toString().toUpperCase()))
    request.on('end', () => response.end())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head('POST /openai/echo HTTP/1.1', 'Host: p', `X-Api-Key: ${CLIENT_KEY}`, 'Transfer-Encoding: chunked')
  for (const word of ['one', 'two', 'six']) {
    client.write(`3\r\n${word}\r\n`)
    await client.sees(word.toUpperCase())
  }
  client.write('0\r\n\r\n')
  await client.sees('\r\n0\r\n\r\n')
})

test('part of C4: Expect: 100-continue is answered when the upstream is about to read, and not before a refusal', async () => {
  await using upstream = await startUpstream(async (request, response) => {
    response.end((await readBody(request)).toString().toUpperCase())
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await using client = await RawClient.open(proxy.port)
  client.head(
    'POST /openai/x HTTP/1.1',
    'Host: p',
    `X-Api-Key: ${CLIENT_KEY}`,
    'Content-Length: 5',
    'Expect: 100-continue',
  )
  await client.sees('HTTP/1.1 100 Continue\r\n\r\n')
  client.write('hello')
  await client.sees('HELLO')
  expect(upstream.seen[0]?.headers.expect).toBeUndefined()

  await using refused = await RawClient.open(proxy.port)
  refused.head('POST /openai/x HTTP/1.1', 'Host: p', 'X-Api-Key: kt_wrong', 'Content-Length: 5', 'Expect: 100-continue')
  await refused.sees('key-unknown')
  expect(refused.text).not.toContain('100 Continue')

  await using strange = await RawClient.open(proxy.port)
  strange.head('POST /openai/x HTTP/1.1', 'Host: p', `X-Api-Key: ${CLIENT_KEY}`, 'Content-Length: 5', 'Expect: tea')
  await strange.sees('HTTP/1.1 417')
  await strange.sees('expectation-unknown')
})

test('part of C4: trailers pass, those that frame or authenticate do not', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { trailer: 'Grpc-Status, Authorization' })
    response.write('body')
    response.addTrailers({ 'Grpc-Status': '0', Authorization: 'sk-leak' })
    response.end()
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect(answer.body.toString()).toBe('body')
  expect(answer.trailers).toEqual({ 'grpc-status': '0' })
})

test.each([
  ['HEAD with a length', 'HEAD', 200, { 'content-length': '1234' }, '1234'],
  ['204', 'GET', 204, {}, undefined],
  ['304 with a length', 'GET', 304, { etag: '"x"', 'content-length': '99' }, '99'],
])('part of C4: %s has no body and leaves the connection usable', async (_what, method, status, headers, length) => {
  await using upstream = await startUpstream((_request, response) => response.writeHead(status, headers).end())
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  for (let times = 1; times <= 2; times += 1) {
    client.head(`${method} /openai/v1/x HTTP/1.1`, ...GET.slice(1))
    await until(() => client.text.split(`HTTP/1.1 ${status}`).length === times + 1, `answer ${times}`)
  }
  if (length === undefined) expect(client.text.toLowerCase()).not.toContain('content-length')
  else expect(client.text.toLowerCase()).toContain(`content-length: ${length}\r\n`)
  expect(client.closed).toBe(false)
})

test('part of C4: an HTTP/1.0 client gets the whole body and the end of the connection', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('one ')
    response.end('two')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.head('GET /openai/v1/x HTTP/1.0', ...GET.slice(1))
  await client.seesClose()

  expect(client.text.endsWith('\r\n\r\none two')).toBe(true)
  expect(client.text).not.toContain('chunked')
})

test('part of C4: compressed answers, repeated headers and odd status codes pass as they are', async () => {
  const body = randomBytes(1_000)
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(299, 'Miscellaneous', [
      'Set-Cookie',
      'a=1',
      'Content-Encoding',
      'zstd',
      'set-cookie',
      'b=2',
      'X-Odd',
      'caf\u00e9',
    ])
    response.end(body)
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port, { headers: { 'accept-encoding': 'zstd' } })

  expect(answer.status).toBe(299)
  expect(answer.body.equals(body)).toBe(true)
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(answer.headers['x-odd']).toBe('caf\u00e9')
  expect(upstream.seen[0]?.headers['accept-encoding']).toBe('zstd')
})

test.each([
  ['GET', 0],
  ['POST', 0],
  ['POST', 5],
  ['PUT', 100_000],
  ['DELETE', 5],
  ['GET', 5],
  ['PATCH', 70_000],
])('part of C4: %s with %i bytes arrives with the same framing', async (method, length) => {
  const body = randomBytes(length)
  const bodies: Buffer[] = []
  await using upstream = await startUpstream(async (request, response) => {
    bodies.push(await readBody(request))
    response.end('ok')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port, { method, body, headers: { 'content-length': length } })

  expect(answer.status).toBe(200)
  expect(bodies[0]?.equals(body)).toBe(true)
  expect(upstream.seen[0]?.headers['transfer-encoding']).toBeUndefined()
  if (length > 0) expect(upstream.seen[0]?.headers['content-length']).toBe(String(length))
})
