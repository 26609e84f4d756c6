import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../core/clock.ts'
import { secretsManagerSource } from '../../../proxy/keys/secrets-manager.ts'
import { openAiParams } from '../../helpers/provider-params.ts'
import { ask } from '../../helpers/proxy/http-client.ts'
import { startTestProxy } from '../../helpers/proxy/start-test-proxy.ts'
import { until } from '../../helpers/proxy/until.ts'
import { type RotationRig, startRotationRig } from '../../helpers/rotation-rig.ts'

let rig: RotationRig

beforeAll(async () => {
  rig = await startRotationRig()
})
afterAll(() => rig.close())

it('B13: the proxy serves old keys and new ones throughout a roll-back of its client and of its upstream', async () => {
  const client = await rig.create('service-app', { strategy: 'client-key', params: {} })
  const upstream = await rig.create('service-openai', {
    strategy: 'provider-key',
    params: openAiParams(rig.upstream.url, 'proj_service'),
  })
  const current = async (arn: string): Promise<string> => (await rig.keys(arn)).current ?? ''
  const before = { client: await current(client), upstream: await current(upstream) }
  const after = { client: await rig.rotateToEnd(client), upstream: await rig.rotateToEnd(upstream) }

  await using proxy = await startTestProxy({
    upstream: rig.upstream.url,
    secrets: secretsManagerSource(rig.secrets),
    clients: [{ name: 'app', secretId: client }],
    routes: [{ secretId: upstream, field: 'apiKey', upstream: `${rig.upstream.url}/openai` }],
    refreshSeconds: 1,
    // The deadlines are those of the cloud's time, which the proxy has a moment later.
    limits: { failedAuthPerMinute: 100_000 },
  })
  proxy.clock.shift(rig.clock.now().getTime() - systemClock.now().getTime())

  const oldKey = await rig.value(client, before.client)
  await until(async () => (await ask(proxy.port, { key: oldKey })).status !== 401, 'the labels are read at that time')

  const answers: { key: string; status: number; done: boolean }[] = []
  let over = false
  const body = JSON.stringify({ model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Hello' }] })
  const caller = async (name: string, versionId: string): Promise<void> => {
    const key = await rig.value(client, versionId)
    while (!over && answers.length < 5_000) {
      const headers = { 'content-type': 'application/json' }
      const options = { key, path: '/openai/v1/chat/completions', method: 'POST', headers, body }
      const { status, complete, body: answer } = await ask(proxy.port, options)
      answers.push({ key: name, status, done: complete && answer.toString().includes('[DONE]') })
    }
  }
  const callers = [caller('old', before.client), caller('new', after.client)]
  const more = (count: number) => {
    const since = answers.length
    return until(() => answers.length >= since + count, `${count} more answers`, 30_000)
  }

  await more(6)
  for (const [arn, to, from] of [
    [client, before.client, after.client],
    [upstream, before.upstream, after.upstream],
  ] as const) {
    const { payload } = await rig.invoke({ Step: 'rollBack', SecretId: arn, VersionId: to, From: from })
    expect(payload).not.toHaveProperty('error')
    await more(6)
  }
  // Until the proxy has read it: the old upstream key serves again.
  const used = `keyturn_proxy_upstream_version_requests_total{route="openai",version="${before.upstream.slice(0, 8)}"`
  await until(
    async () => (await proxy.proxy.metrics.registry.metrics()).includes(used),
    'the old upstream key is used again',
    20_000,
  )
  await more(6)
  over = true
  await Promise.all(callers)

  expect(answers.filter(({ status, done }) => status !== 200 || !done)).toEqual([])
  for (const name of ['old', 'new']) expect(answers.some(({ key }) => key === name)).toBe(true)
  expect(await rig.keys(client)).toMatchObject({ current: before.client, grace: [{ versionId: after.client }] })
  expect(await rig.keys(upstream)).toMatchObject({ current: before.upstream, grace: [{ versionId: after.upstream }] })
})
