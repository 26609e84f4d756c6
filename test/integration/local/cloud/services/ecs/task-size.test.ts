import { ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningCloud, startCloud } from '../../../../../../local/cloud/start-cloud.ts'
import { clientOptions } from '../../../../../helpers/apply/apply-to.ts'

let cloud: RunningCloud
let ecs: ECSClient
beforeAll(async () => {
  cloud = await startCloud({ port: 0 })
  ecs = new ECSClient(clientOptions(cloud))
})
afterAll(async () => {
  ecs.destroy()
  await cloud.close()
})

const register = (cpu: string | undefined, memory: string | undefined) =>
  ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'sized',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'web', image: 'web' }],
      cpu,
      memory,
    }),
  )

test.each([
  ['512', '512', 'No Fargate configuration exists for given values: 512 CPU, 512 memory.'],
  ['256', '4096', 'No Fargate configuration exists for given values: 256 CPU, 4096 memory.'],
  ['8192', '17408', 'No Fargate configuration exists for given values: 8192 CPU, 17408 memory.'],
  ['300', '1024', 'No Fargate configuration exists for given values: 300 CPU, 1024 memory.'],
  ['.5 vCPU', '5 GB', 'No Fargate configuration exists for given values: 512 CPU, 5120 memory.'],
  [undefined, '512', "Fargate requires that 'cpu' be defined at the task level."],
  ['256', undefined, "Fargate requires that 'memory' be defined at the task level."],
])('Fargate refuses %s CPU with %s memory, in AWS’s words', async (cpu, memory, message) => {
  await expect(register(cpu, memory)).rejects.toMatchObject({
    name: 'ClientException',
    message: expect.stringContaining(message),
  })
})

test.each([
  ['256', '512'],
  ['1024', '8192'],
  ['4096', '30720'],
  ['16384', '122880'],
  ['1 vCPU', '3 GB'],
])('Fargate takes %s CPU with %s memory', async (cpu, memory) => {
  await expect(register(cpu, memory)).resolves.toMatchObject({ taskDefinition: { cpu, memory } })
})
