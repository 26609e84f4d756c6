import type { LookupAddress } from 'node:dns'
import { expect, test, vi } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'

/** No test may depend on the names of the network it runs in. */
const names = vi.hoisted(() => new Map<string, string>())
vi.mock('node:dns', async (original) => {
  const dns = await original<typeof import('node:dns')>()
  type Done = (error: Error | null, addresses: LookupAddress[]) => void
  const lookup = (name: string, options: object, done: Done) => {
    const address = names.get(name)
    if (address === undefined) dns.lookup(name, { ...options, all: true }, done)
    else done(null, [{ address, family: 4 }])
  }
  return { ...dns, lookup }
})

test('a name inside a private network is reached over plain http where the route says so', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('inside'))
  names.set('llm.internal', '127.0.0.1')
  const routes = [{ upstream: `http://llm.internal:${upstream.port}`, plainHttp: true }]
  await using proxy = await startTestProxy({ upstream: upstream.url, routes })

  const answer = await ask(proxy.port)

  expect(answer.body.toString()).toBe('inside')
  expect(upstream.seen[0]?.headers.host).toBe(`llm.internal:${upstream.port}`)
})

test('a name that has come to lead outside is sent nothing, and the answer names the route', async () => {
  names.set('llm.internal', '192.0.2.7')
  const routes = [{ name: 'vllm', upstream: 'http://llm.internal:9', plainHttp: true }]
  await using proxy = await startTestProxy({ upstream: '', routes })

  const answer = await ask(proxy.port)

  expect(answer.status).toBe(502)
  expect(errorOf(answer)).toMatchObject({
    code: 'upstream-unreachable',
    message: expect.stringContaining('route vllm is plain HTTP, and its name leads to no private address'),
  })
})
