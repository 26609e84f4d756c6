// Run as `node rotate-in-copy.mjs <copy> <strategy> <params>`: with the code of a copy of the repository alone, a stack of one
// secret goes through its config check, the bundler, the Pulumi program and a rotation; what came of it goes out as JSON.
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [copy, strategy, params] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(join(copy, file)).href)
const sdk = await load('node_modules/@aws-sdk/client-secrets-manager/dist-cjs/index.js')
const { startCloud } = await load('local/cloud/start-cloud.ts')
const { localStackConfig } = await load('local/stack/local-stack-config.ts')
const { applyStack } = await load('local/apply/apply.ts')
const { program } = await load('infra/program.ts')

const secret = {
  name: 'added',
  strategy,
  group: 'internal',
  owner: 'test@example.com',
  description: 'Made by a strategy that was added a moment ago',
  schedule: 'rate(7 days)',
  params: JSON.parse(params),
}
const running = await startCloud({ port: 0 })
try {
  const config = await localStackConfig({
    upstreamUrl: 'https://upstream.invalid',
    secrets: {},
    overrides: {
      'keyturn:secrets': [secret],
      'keyturn:proxy': undefined,
      'keyturn:network': { functionSubnetIds: ['subnet-0a1b'], functionSecurityGroupIds: ['sg-0c2d'] },
    },
  })
  await applyStack({
    cloudUrl: running.url,
    project: config.project,
    stack: config.stack,
    config: config.config,
    configSecrets: config.secretKeys,
    // No stack's file has to be looked at.
    program: async () => ({ ...(await program(await mkdtemp(join(copy, 'dist-')))) }),
  })
  const client = new sdk.SecretsManagerClient({
    endpoint: running.url,
    region: running.cloud.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const SecretId = 'keyturn/dev/added'
  const { SecretString: first } = await client.send(new sdk.GetSecretValueCommand({ SecretId }))
  await client.send(new sdk.RotateSecretCommand({ SecretId }))
  await running.cloud.rotations.idle()
  const { SecretString: second } = await client.send(new sdk.GetSecretValueCommand({ SecretId }))
  const { VersionIdsToStages, Tags, RotationLambdaARN } = await client.send(new sdk.DescribeSecretCommand({ SecretId }))
  const functions = Object.entries(running.cloud.state.lambda.functions).map(([name, { latest }]) => [
    name,
    latest.settings.vpc?.subnetIds ?? [],
  ])
  process.stdout.write(JSON.stringify({ first, second, VersionIdsToStages, Tags, RotationLambdaARN, functions }))
} finally {
  await running.close()
}
