import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeTaskDefinitionCommand, DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs'
import { GetFunctionCommand } from '@aws-sdk/client-lambda'
import { unzipSync } from 'fflate'
import { logGroups, logText } from './log-text.ts'
import type { StackUnderTest } from './stack-under-test.ts'

/** Everywhere that a stack leaves text behind, by name. What tests gather themselves comes beside. */
export async function sinksOf(stack: StackUnderTest, dataDir: string): Promise<Map<string, string>> {
  const { cloud } = stack
  return new Map([
    ...(await logs(stack)),
    ...(await proxyMetrics(stack)),
    ['journal', JSON.stringify(cloud.journal.entries())],
    ['events', JSON.stringify(cloud.state.events)],
    ['SNS messages', JSON.stringify(cloud.state.sns)],
    ['Pulumi state', JSON.stringify(stack.state)],
    ['ECS state', JSON.stringify(cloud.state.ecs)],
    ['the account as the cloud keeps it', JSON.stringify(cloud.state)],
    ['upstream registry', JSON.stringify(stack.upstream.keys.toJSON())],
    ...(await taskDefinitions(stack)),
    ...(await functions(stack)),
    ...(await files(dataDir)),
  ])
}

type Sink = [name: string, text: string]

async function logs(stack: StackUnderTest): Promise<Sink[]> {
  return Promise.all(
    (await logGroups(stack)).map(async (group): Promise<Sink> => [`log ${group}`, await logText(stack, group)]),
  )
}

/** Of each task, from the port that the local cloud gave to its metrics. */
async function proxyMetrics({ ecs, cloud }: StackUnderTest): Promise<Sink[]> {
  const [cluster] = Object.keys(cloud.state.ecs.clusters)
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster }))
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))
  return Promise.all(
    tasks.map(async ({ taskArn, containers: [container] = [] }): Promise<Sink> => {
      const port = container?.networkBindings?.find(({ containerPort }) => containerPort === 9464)?.hostPort
      return [`metrics of ${taskArn}`, await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()]
    }),
  )
}

async function taskDefinitions({ ecs, cloud }: StackUnderTest): Promise<Sink[]> {
  const taskDefinitionArns = Object.values(cloud.state.ecs.taskDefinitions)
    .flat()
    .map(({ arn }) => arn)
  return Promise.all(
    taskDefinitionArns.map(async (taskDefinition): Promise<Sink> => {
      const { $metadata: _, ...answer } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))
      return [`task definition ${taskDefinition}`, JSON.stringify(answer)]
    }),
  )
}

/** A function's settings, environment included, and every file of its zip. */
async function functions({ lambda, cloud }: StackUnderTest): Promise<Sink[]> {
  const sinks = await Promise.all(
    Object.keys(cloud.state.lambda.functions).map(async (FunctionName): Promise<Sink[]> => {
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }))
      const zip = cloud.state.lambda.code[Configuration?.CodeSha256 ?? '']
      if (zip === undefined) throw new Error(`the code of ${FunctionName} is not to be found`)
      const files = Object.entries(unzipSync(Buffer.from(zip, 'base64')))
      return [
        [`settings of ${FunctionName}`, JSON.stringify(Configuration)],
        ...files.map(([file, bytes]): Sink => [`${file} of ${FunctionName}`, Buffer.from(bytes).toString('utf8')]),
      ]
    }),
  )
  return sinks.flat()
}

async function files(folder: string): Promise<Sink[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }): Promise<Sink> => {
        return [
          `file ${join(parentPath, name).slice(folder.length + 1)}`,
          await readFile(join(parentPath, name), 'utf8'),
        ]
      }),
  )
}
