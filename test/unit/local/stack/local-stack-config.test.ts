import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localStackConfig } from '../../../../local/stack/local-stack-config.ts'
import { rewriteOrigins } from '../../../../local/stack/rewrite-origins.ts'

const upstreamUrl = 'https://127.0.0.1:8081'
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyturn-stack-'))
  await writeFile(join(directory, 'Pulumi.yaml'), 'name: keyturn\nruntime: nodejs\n')
  await writeFile(
    join(directory, 'Pulumi.dev.yaml'),
    `config:
  aws:region: eu-central-1
  keyturn:logRetentionDays: 14
  keyturn:secrets:
    - name: openai
      params: { create: { url: "https://api.openai.com/v1/organization/projects/{project}/service_accounts" } }
  keyturn:proxy:
    routes:
      - { prefix: /openai, upstream: "https://api.openai.com" }
      - { prefix: /other, upstream: "https://api.example.com/base" }
  keyturn:network: { vpcId: vpc-0a1b2c3d4e5f60718 }
  keyturn:operators: ["arn:aws:iam::123456789012:role/people"]
  keyturn:values:
    openai-admin: { secure: v1:abc }
`,
  )
  await writeFile(join(directory, 'Pulumi.prod.yaml'), 'config:\n  keyturn:token: { secure: v1:abc }\n')
  await writeFile(join(directory, 'Pulumi.broken.yaml'), 'config:\n  a: "unclosed canary-secret\n')
})

afterAll(() => rm(directory, { recursive: true }))

describe('localStackConfig (E)', () => {
  it('hands the shipped values over as Pulumi does, with upstreams on this machine and throwaway secrets', async () => {
    const secrets = { 'openai-admin': 'sk-admin-throwaway' }
    const { config, secretKeys, project } = await localStackConfig({ upstreamUrl, secrets, directory })
    expect(project).toBe('keyturn')
    expect(config['aws:region']).toBe('eu-central-1')
    expect(config['keyturn:logRetentionDays']).toBe('14')
    expect(JSON.parse(config['keyturn:secrets'] ?? '')[0].params.create.url).toBe(
      'https://127.0.0.1:8081/openai/v1/organization/projects/{project}/service_accounts',
    )
    expect(JSON.parse(config['keyturn:proxy'] ?? '').routes[0].upstream).toBe('https://127.0.0.1:8081/openai')
    expect(JSON.parse(config['keyturn:values'] ?? '')).toEqual(secrets)
    expect(secretKeys).toEqual(['keyturn:values'])
  })

  it('knows the network and the deployer of the laptop’s own account', async () => {
    const { config } = await localStackConfig({ upstreamUrl, secrets: {}, directory })
    expect(config).not.toHaveProperty('keyturn:network')
    expect(JSON.parse(config['keyturn:operators'] ?? '')).toEqual([
      'arn:aws:iam::123456789012:role/people',
      'arn:aws:iam::000000000000:user/local',
    ])
  })

  it('leaves an origin that has no stand-in, and reports it', async () => {
    const { config, unmapped } = await localStackConfig({ upstreamUrl, secrets: {}, directory })
    expect(JSON.parse(config['keyturn:proxy'] ?? '').routes[1].upstream).toBe('https://api.example.com/base')
    expect(unmapped).toEqual(['https://api.example.com'])
  })

  it('lays overrides over the files, and takes away what they leave undefined', async () => {
    const overrides = { 'keyturn:logRetentionDays': 7, 'keyturn:proxy': undefined }
    const { config } = await localStackConfig({ upstreamUrl, secrets: {}, directory, overrides })
    expect(config['keyturn:logRetentionDays']).toBe('7')
    expect(config).not.toHaveProperty('keyturn:proxy')
  })

  it('refuses a secret that only Pulumi can read, by name', async () => {
    await expect(localStackConfig({ upstreamUrl, secrets: {}, directory, stack: 'prod' })).rejects.toMatchObject({
      code: 'stack-secret-encrypted',
      message: expect.stringContaining('keyturn:token'),
    })
  })

  it('names an unreadable file and never repeats what it holds', async () => {
    const missing = localStackConfig({ upstreamUrl, secrets: {}, directory, stack: 'none' })
    await expect(missing).rejects.toThrow('There is no Pulumi.none.yaml. Allowed: broken, dev, prod.')
    const broken = await localStackConfig({ upstreamUrl, secrets: {}, directory, stack: 'broken' }).catch((e) => e)
    expect(broken.message).toMatch(/Pulumi\.broken\.yaml cannot be used: it is not valid YAML at line/)
    expect(broken.message).not.toContain('canary-secret')
  })
})

describe('rewriteOrigins', () => {
  const origins = { 'https://openrouter.ai': 'https://127.0.0.1:8081/openrouter' }

  it('replaces whole origins only, at any depth', () => {
    const value = { a: ['see https://openrouter.ai/api/v1', 'https://openrouter.ai.example.com/x', 1, null] }
    expect(rewriteOrigins(value, origins)).toEqual({
      value: { a: ['see https://127.0.0.1:8081/openrouter/api/v1', 'https://openrouter.ai.example.com/x', 1, null] },
      unmapped: ['https://openrouter.ai.example.com'],
    })
  })
})
