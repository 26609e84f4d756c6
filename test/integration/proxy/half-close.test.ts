import { expect, test } from 'vitest'
import { RawClient } from '../../helpers/proxy/raw-client.ts'
import { startUpstream } from '../../helpers/proxy/scripted-upstream.ts'
import { CLIENT_KEY, startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'

const head = (version = '1.1') => `GET /openai/x HTTP/${version}\r\nHost: p\r\nX-Api-Key: ${CLIENT_KEY}\r\n\r\n`

test.each([
  ['1.1', 'before the answer begins'],
  ['1.1', 'inside the answer'],
  ['1.0', 'before the answer begins'],
  ['1.0', 'inside the answer'],
])('an HTTP/%s client that closes its side %s gets its whole answer', async (version, when) => {
  const gate = Promise.withResolvers<void>()
  const seen = Promise.withResolvers<void>()
  await using upstream = await startUpstream(async (_request, response) => {
    if (when.startsWith('before')) await gate.promise
    response.writeHead(200, { 'content-type': 'text/plain' }).write('first ')
    await gate.promise
    response.write('second ')
    await seen.promise
    response.end('last')
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.write(head(version))
  await until(() => upstream.seen.length === 1, 'the upstream is asked')
  if (!when.startsWith('before')) await client.sees('first ')
  client.socket.end()
  // Three round trips on the proxy's loop: by then it has seen the end.
  for (let round = 0; round < 3; round += 1) await fetch(`${proxy.url}/health`)
  gate.resolve()
  await client.sees('second ')
  seen.resolve()
  await client.seesClose()

  expect(client.error).toBeUndefined()
  const answers = client.text.split(/(?=HTTP\/1\.1 )/)
  const final = answers.at(-1) ?? ''
  expect(answers.slice(0, -1).every((interim) => interim === 'HTTP/1.1 100 Continue\r\n\r\n')).toBe(true)
  expect(answers.length).toBeLessThanOrEqual(version === '1.1' ? 5 : 1)
  expect(unchunk(final)).toBe('first second last')
})

test('the answer to a refused request reaches a client that closed its side', async () => {
  await using upstream = await startUpstream((_request, response) => response.end('ok'))
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)

  client.socket.end('GET /openai/x HTTP/1.1\r\nHost: p\r\n\r\n')
  await client.seesClose()

  expect(client.text).toContain('"code":"credential-missing"')
})

test('a client that leaves inside a stream that is silent cancels the upstream at once', async () => {
  let gone = false
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n')
    response.on('close', () => {
      gone = true
    })
  })
  await using proxy = await startTestProxy({ upstream: upstream.url })
  await using client = await RawClient.open(proxy.port)
  client.write(head())
  await client.sees('data: one')

  client.socket.destroy()

  await until(() => gone, 'the upstream sees the client go', 1_000)
})

function unchunk(answer: string): string {
  const [top = '', ...rest] = answer.split('\r\n\r\n')
  let body = rest.join('\r\n\r\n')
  if (!/transfer-encoding: chunked/i.test(top)) return body
  let text = ''
  for (;;) {
    const end = body.indexOf('\r\n')
    const size = Number.parseInt(body.slice(0, end), 16)
    if (!/^[0-9a-f]+$/i.test(body.slice(0, end)) || size === 0) return text
    text += body.slice(end + 2, end + 2 + size)
    body = body.slice(end + 4 + size)
  }
}
