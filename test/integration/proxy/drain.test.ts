import { expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const GET = ['GET /openai/v1/x HTTP/1.1', 'Host: proxy', `X-Api-Key: ${CLIENT_KEY}`]

function streams() {
  const open: { end: () => void }[] = []
  const upstream = startUpstream((request, response) => {
    if (request.url === '/plain') return response.end('ok')
    if (request.url === '/silent') return open.push({ end: () => response.destroy() })
    response.writeHead(200, { 'content-type': request.url === '/json' ? 'application/json' : 'text/event-stream' })
    response.write('data: one\n\n')
    return open.push({ end: () => response.end('data: two\n\n') })
  })
  return { open, upstream }
}

test('C14: not ready at once, then no new connections; an open stream finishes and the drain ends with it', async () => {
  const { open, upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { lameDuckSeconds: 1.5 } })
  await using client = await RawClient.open(proxy.port)
  client.head(...GET)
  await client.sees('data: one')
  let drained = false

  const drain = proxy.proxy.drain().then(() => {
    drained = true
  })

  expect((await fetch(`${proxy.url}/ready`)).status).toBe(503)
  expect((await fetch(`${proxy.url}/health`)).status).toBe(200)
  expect(await proxy.metric('keyturn_proxy_draining')).toBe(1)
  const meanwhile = await ask(proxy.port, { path: '/openai/plain' })
  expect(meanwhile.status).toBe(200)
  expect(meanwhile.headers.connection).toBe('close')
  await until(async () => !(await accepts(proxy.port)), 'the port is closed')
  expect(drained).toBe(false)
  open[0]?.end()
  await client.sees('data: two\n\n')
  await client.sees('\r\n0\r\n\r\n')
  await drain
})

test('C14: idle keep-alive connections do not hold the drain up', async () => {
  const { upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using idle = await RawClient.open(proxy.port)
  idle.head('GET /openai/plain HTTP/1.1', ...GET.slice(1))
  await idle.sees('ok')

  await proxy.proxy.drain()

  await idle.seesClose()
})

test('C14: a connection that never asked for anything does not hold the drain up', async () => {
  const { upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using silent = await RawClient.open(proxy.port)
  await using slow = await RawClient.open(proxy.port)
  slow.write('GET /openai/')
  await ask(proxy.port, { path: '/openai/plain' })

  const began = performance.now()
  await proxy.proxy.drain()

  expect(performance.now() - began).toBeLessThan(3_000)
  await silent.seesClose()
  await slow.seesClose()
})

test('C14: a connection that was busy when the drain began is closed after its answer', async () => {
  const { open, upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.head(...GET)
  await client.sees('data: one')

  const drain = proxy.proxy.drain()
  await until(async () => !(await accepts(proxy.port)), 'the port is closed')
  open[0]?.end()
  await client.seesClose()
  await drain

  expect(client.text.endsWith('\r\n0\r\n\r\n')).toBe(true)
})

test('C14: at the bound an event stream gets a terminal error event, anything else a broken end, a waiting request a 503', async () => {
  const { open, upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { drainSeconds: 0.3 } })
  await using events = await RawClient.open(proxy.port)
  await using json = await RawClient.open(proxy.port)
  events.head(...GET)
  json.head('GET /openai/json HTTP/1.1', ...GET.slice(1))
  const waiting = ask(proxy.port, { path: '/openai/silent' })
  await events.sees('data: one')
  await json.sees('data: one')
  await until(() => open.length === 3, 'three requests are open')

  await proxy.proxy.drain()
  await events.seesClose()
  await json.seesClose()

  expect(events.text).toMatch(/event: error\ndata: \{"error":\{"code":"draining"/)
  expect(events.text).not.toContain('\r\n0\r\n')
  expect(json.text).not.toContain('event: error')
  expect(json.text).not.toContain('\r\n0\r\n')
  const answer = await waiting
  expect(answer.status).toBe(503)
  expect(errorOf(answer).code).toBe('draining')
  await until(() => upstream.sockets.size === 0, 'nothing is left open at the upstream')
})

test('C14: draining twice is draining once', async () => {
  const { upstream: starting } = streams()
  await using upstream = await starting
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await Promise.all([proxy.proxy.drain(), proxy.proxy.drain()])

  expect(proxy.log.filter(({ message }) => message === 'drained')).toHaveLength(1)
})

async function accepts(port: number): Promise<boolean> {
  try {
    await using _client = await RawClient.open(port)
    return true
  } catch {
    return false
  }
}
