import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, expect, test, vi } from 'vitest'
import { ask, errorOf } from '../../helpers/proxy/http-client.ts'
import { startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([['1'], ['0']])(
  'a certificate that cannot be verified is refused, also with NODE_TLS_REJECT_UNAUTHORIZED=%s',
  async (setting) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', setting)
    let asked = false
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
    const upstream = createServer({ key, cert }, (_request, response) => {
      asked = true
      response.end('ok')
    })
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const { port } = upstream.address() as AddressInfo
    try {
      await using proxy = await startTestProxy({ upstream: `https://localhost:${port}` })

      const answer = await ask(proxy.port)

      expect(answer.status).toBe(502)
      expect(errorOf(answer)).toMatchObject({
        code: 'upstream-unreachable',
        message: expect.stringContaining('certificate'),
      })
      expect(asked).toBe(false)
    } finally {
      upstream.closeAllConnections()
      upstream.close()
    }
  },
)
