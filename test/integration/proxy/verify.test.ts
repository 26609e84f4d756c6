import { expect, test } from 'vitest'
import { readBody, startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy, UPSTREAM_KEY } from '../../helpers/proxy/start-test-proxy.ts'

test('C3: a request with a client key reaches the upstream with the upstream key and comes back', async () => {
  await using upstream = await startUpstream(async (request, response) => {
    const body = await readBody(request)
    response.writeHead(201, { 'content-type': 'application/json' }).end(body)
  })
  await using proxy = await startTestProxy({ upstream: `${upstream.url}/base` })

  const response = await fetch(`${proxy.url}/openai/v1/chat?stream=false`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: '{"hello":"world"}',
  })

  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({ hello: 'world' })
  expect(upstream.seen).toHaveLength(1)
  expect(upstream.seen[0]?.url).toBe('/base/v1/chat?stream=false')
  expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`)
  expect(upstream.seen[0]?.headers.host).toBe(`127.0.0.1:${upstream.port}`)
})
