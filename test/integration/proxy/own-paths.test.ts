import { expect, test } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, CLIENT_SECRET, startTestProxy, UPSTREAM_KEY } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

test('part of C12: own paths are never forwarded, not even with a catch-all route', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('upstream'))
  await using proxy = await startTestProxy({ upstream: upstream.url, routes: [{ prefix: '/' }] })

  for (const path of ['/health', '/ready', '/health?x=1']) {
    expect((await ask(proxy.port, { path, key: null })).status).toBe(200)
  }
  expect(errorOf(await ask(proxy.port, { path: '/ready', method: 'POST' })).code).toBe('method-not-allowed')
  expect(upstream.seen).toEqual([])
  expect((await ask(proxy.port, { path: '/healthy' })).body.toString()).toBe('upstream')
})

test('part of C12: /metrics is not on the port of the callers', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('upstream'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using all = await startTestProxy({ upstream: upstream.url, routes: [{ prefix: '/' }] })

  expect(errorOf(await ask(proxy.port, { path: '/metrics', key: null })).code).toBe('route-unknown')
  expect(errorOf(await ask(all.port, { path: '/metrics', key: null })).code).toBe('credential-missing')
})

test('part of C12: the port of the metrics answers GET /metrics and nothing else, until the drain is over', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  const port = proxy.proxy.metricsPort

  expect(port).not.toBe(proxy.port)
  expect((await fetch(proxy.metricsUrl, { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(proxy.metricsUrl, { method: 'POST' })).status).toBe(405)
  for (const path of ['/', '/ready', '/openai/v1/x']) {
    expect((await ask(port, { path })).status).toBe(404)
  }
  expect(upstream.seen).toEqual([])

  await proxy.proxy.drain()
  await expect(fetch(proxy.metricsUrl)).rejects.toThrow()
})

test('part of C12: /metrics is Prometheus text about requests, versions, refreshes, ages and added time', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await ask(proxy.port)
  await ask(proxy.port, { key: 'kt_wrong' })
  await until(async () => (await proxy.metric('keyturn_proxy_in_flight_requests')) === 0, 'both are over')

  const response = await fetch(proxy.metricsUrl)
  const text = await response.text()

  expect(response.headers.get('content-type')).toContain('text/plain')
  for (const line of [
    'keyturn_proxy_requests_total{route="openai",client="app",status="200",outcome="complete"} 1',
    'keyturn_proxy_requests_total{route="openai",client="none",status="401",outcome="key-unknown"} 1',
    'keyturn_proxy_client_version_requests_total{client="app",version="client-v",state="current"} 1',
    'keyturn_proxy_upstream_version_requests_total{route="openai",version="upstream"} 1',
    'keyturn_proxy_auth_failures_total{code="key-unknown"} 1',
    `keyturn_proxy_key_set_refreshes_total{secret="${CLIENT_SECRET}",result="loaded"} 1`,
    'keyturn_proxy_added_seconds_count{route="openai"} 1',
    'keyturn_proxy_draining 0',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).toMatch(new RegExp(`keyturn_proxy_key_set_age_seconds\\{secret="${CLIENT_SECRET}"\\} [0-9.]+`))
})

test('part of C12: the access log has one line a request, with ids, versions and sizes, and neither query nor header values', async () => {
  await using upstream = await startUpstream((request, response) =>
    request.resume().on('end', () => response.end('12345')),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await ask(proxy.port, {
    method: 'POST',
    path: '/openai/v1/chat?user=someone',
    body: 'abc',
    headers: { 'x-private': 'header-value' },
  })
  const lines = proxy.log.filter(({ message }) => message === 'request')

  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    method: 'POST',
    route: 'openai',
    path: '/v1/chat',
    client: 'app',
    clientVersion: 'client-v',
    clientState: 'current',
    upstreamVersion: 'upstream',
    attempts: 1,
    status: 200,
    bytesIn: 3,
    bytesOut: 5,
    ms: expect.any(Number),
    addedMs: expect.any(Number),
    requestId: expect.any(String),
  })
  expect(JSON.stringify(proxy.log)).not.toMatch(/someone|header-value/)
})

test('secrets canary: no key shows in any log line, metric or error, whatever goes wrong', async () => {
  await using upstream = await startUpstream((request, response) => {
    if (request.url?.includes('die')) return request.socket.destroy()
    if (request.url?.includes('401')) return response.writeHead(401).end(`bad key ${UPSTREAM_KEY}`)
    return response.end('ok')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  const wrong = 'wrong-canary-key-0123456789'
  const bodies: string[] = []
  for (const options of [
    {},
    { path: `/openai/x?key=${CLIENT_KEY}` },
    { path: `/openai/x?key=${wrong}`, key: null },
    { key: wrong },
    { headers: { 'x-api-key': wrong } },
    { path: `/nowhere/${CLIENT_KEY}` },
    { path: `/openai/${CLIENT_KEY}` },
    { path: `/openai/../${CLIENT_KEY}` },
    { path: '/openai/die' },
    { method: 'POST', path: '/openai/die', body: CLIENT_KEY },
    { headers: { cookie: `key=${CLIENT_KEY}`, referer: `https://x/?key=${CLIENT_KEY}` } },
    { path: '/openai/401' },
  ]) {
    const answer = await ask(proxy.port, options)
    if (!options.path?.includes('401')) bodies.push(answer.body.toString(), JSON.stringify(answer.rawHeaders))
  }
  await proxy.proxy.drain()

  const everything = [...bodies, JSON.stringify(proxy.log), await proxy.proxy.metrics.registry.metrics()].join('\n')
  for (const secret of [CLIENT_KEY, UPSTREAM_KEY, wrong]) expect(everything).not.toContain(secret)
  expect(proxy.log.length).toBeGreaterThan(12)
})
