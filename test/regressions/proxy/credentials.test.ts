import { expect, test } from 'vitest'
import { farLabel } from '../../helpers/proxy/far-label.ts'
import { ask } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import {
  CLIENT_KEY,
  CLIENT_SECRET,
  OLD_CLIENT_KEY,
  plainSource,
  startTestProxy,
  UPSTREAM_KEY,
  UPSTREAM_SECRET,
} from '../../helpers/proxy/start-test-proxy.ts'

const ok = () => startUpstream((_request, response) => response.end('ok'))

test("a client's `Connection: authorization` does not undo the injection of the upstream key", async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url })

  await ask(proxy.port, { headers: { connection: 'close, Authorization, x-api-key' } })

  expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
})

test('a grace key is not refused because another version carries a label that cannot be read', async () => {
  await using upstream = await ok()
  const source = plainSource().set(CLIENT_SECRET, {
    v3: { labels: ['AWSCURRENT'], value: CLIENT_KEY },
    v2: { labels: ['AWSPREVIOUS', farLabel()], value: OLD_CLIENT_KEY },
    v1: { labels: ['GRACE-UNTIL-soon'], value: 'kt_first' },
    v0: { labels: [farLabel(1)] },
  })
  await using proxy = await startTestProxy({ upstream: upstream.url, source })

  expect((await ask(proxy.port, { key: OLD_CLIENT_KEY })).status).toBe(200)
  expect((await ask(proxy.port, { key: 'kt_first' })).status).toBe(401)
})

test('a list of keys in a secret is never written into a header as if it were one key', async () => {
  await using upstream = await ok()
  const source = plainSource().set(UPSTREAM_SECRET, { u1: { labels: ['AWSCURRENT'], value: '["sk-a","sk-b"]' } })
  await using proxy = await startTestProxy({ upstream: upstream.url, source, ready: false })

  expect((await ask(proxy.port)).status).toBe(503)
  expect(upstream.seen).toEqual([])
})

test('a caller does not escape the limit on failed keys by saying that it comes from elsewhere', async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { failedAuthPerMinute: 2 } })
  const statuses: number[] = []

  for (let index = 0; index < 4; index += 1) {
    const headers = {
      'x-real-ip': `10.0.0.${index}`,
      'x-forwarded-for': `10.0.0.${index}`,
      forwarded: `for=10.0.0.${index}`,
    }
    statuses.push((await ask(proxy.port, { key: 'kt_wrong', headers })).status)
  }

  expect(statuses).toEqual([401, 401, 429, 429])
})

test("one caller's flood of wrong keys does not shut out a good key from the same address", async () => {
  await using upstream = await ok()
  await using proxy = await startTestProxy({ upstream: upstream.url, limits: { failedAuthPerMinute: 5 } })

  await Promise.all(Array.from({ length: 30 }, (_, index) => ask(proxy.port, { key: `kt_wrong${index}` })))

  expect((await ask(proxy.port)).status).toBe(200)
})

test('Retry-After of the upstream passes as it is and causes no replay', async () => {
  await using upstream = await startUpstream((_request, response) =>
    response.writeHead(429, { 'retry-after': '7' }).end(),
  )
  await using proxy = await startTestProxy({ upstream: upstream.url })

  const answer = await ask(proxy.port)

  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7'])
  expect(upstream.seen).toHaveLength(1)
})
