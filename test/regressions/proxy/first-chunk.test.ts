import { expect, test } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'

test('the first chunk waits for no timer: through the proxy it comes within milliseconds of coming directly', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.write('data: first\n\n')
    response.end('data: last\n\n')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  const rounds = 60
  const direct: number[] = []
  const proxied: number[] = []

  // Side by side, so that whatever else the machine does meets both.
  await using one = await RawClient.open(upstream.port)
  await using other = await RawClient.open(proxy.port)
  for (let round = 0; round < rounds; round += 1) {
    direct.push(await timeToFirstChunk(one, '/v1/x'))
    proxied.push(await timeToFirstChunk(other, '/openai/v1/x'))
  }

  const added = median(proxied) - median(direct)
  expect(added, `direct ${median(direct)} ms, through the proxy ${median(proxied)} ms`).toBeLessThan(10)
})

async function timeToFirstChunk(client: RawClient, path: string): Promise<number> {
  const arrived = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<void>()
  let text = ''
  const startedAt = systemClock.monotonic()
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (text.includes('data: first')) arrived.resolve(systemClock.monotonic() - startedAt)
    if (text.endsWith('\r\n0\r\n\r\n')) ended.resolve()
  }
  client.socket.on('data', onData)
  client.head(`GET ${path} HTTP/1.1`, 'Host: p', `X-Api-Key: ${CLIENT_KEY}`)
  await ended.promise
  client.socket.off('data', onData)
  return arrived.promise
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
