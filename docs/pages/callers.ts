import { globSync, readFileSync } from 'node:fs'
import { services } from '../../local/cloud/services/index.ts'

/** Who asks for an operation of the local cloud. */
export type Caller = keyof typeof CALLERS

/** Each caller, with the files in which it is looked for, from the root of the repository. */
export const CALLERS = {
  ships: ['infra/**/*.ts', 'lambdas/**/*.ts', 'proxy/**/*.ts', 'cli/**/*.ts'],
  apply: ['local/apply/**/*.ts', 'local/run/**/*.ts', 'local/stack/**/*.ts'],
  cloud: ['local/cloud/**/*.ts'],
  demo: ['local/demo/**/*.ts'],
  documented: ['README.md', 'docs/*.md', 'docs/runbook/**/*.md'],
  tests: ['test/**/*.ts'],
} as const

export interface CalledOperation {
  /** Signing name: `secretsmanager`. */
  readonly service: string
  /** `GetSecretValue` */
  readonly operation: string
  readonly callers: readonly Caller[]
}

/**
 * Every operation of the local cloud with those who call it, read from the source. Tests of the local cloud itself do
 * not count: what they alone call is there for nobody.
 */
export function calledOperations(): readonly CalledOperation[] {
  const calls = Object.entries(CALLERS).map(([caller, globs]) => [caller as Caller, callsIn(globs)] as const)
  return services.flatMap(({ name: service, operations }) =>
    Object.keys(operations)
      .toSorted()
      .map((operation) => ({
        service,
        operation,
        callers: calls.filter(([, made]) => made.has(`${service}.${operation}`)).map(([caller]) => caller),
      })),
  )
}

/** `aws SERVICE VERB` as the documentation has it, once each: `secretsmanager rotate-secret`. */
export function documentedCommands(): readonly string[] {
  const texts = readAll(CALLERS.documented).map(({ text }) => text)
  return [...new Set(texts.flatMap((text) => [...text.matchAll(AWS_COMMAND)].map(([, ...words]) => words.join(' '))))]
}

/** `rotate-secret` → `RotateSecret` */
export const operationOf = (verb: string): string =>
  verb.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const ROOT = new URL('../../', import.meta.url)
const AWS_COMMAND = /\baws ([a-z0-9-]+) ([a-z0-9-]+)\b/g
const SDK_IMPORT = /import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([a-z-]+)'/g
/** Signing names of clients that are called otherwise. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  'secrets-manager': 'secretsmanager',
  'cloudwatch-logs': 'logs',
  eventbridge: 'events',
}
const signingName = (client: string): string => SIGNING_NAMES[client] ?? client

function callsIn(globs: readonly string[]): ReadonlySet<string> {
  return new Set(readAll(globs).flatMap(({ file, text }) => (file.endsWith('.md') ? commandsIn(text) : callsOf(text))))
}

const commandsIn = (text: string): string[] =>
  [...text.matchAll(AWS_COMMAND)].map(([, service = '', verb = '']) => `${service}.${operationOf(verb)}`)

const callsOf = (text: string): string[] => [...sdkCalls(text), ...ownCalls(text)]

/** `GetSecretValueCommand`, `paginateListSecrets`, `waitUntilFunctionActiveV2`: the first two name their operation. */
function sdkCalls(text: string): string[] {
  return [...text.matchAll(SDK_IMPORT)].flatMap(([, names = '', client = '']) => {
    const operations = [...names.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)].map(([, one, other]) => one ?? other)
    if (/\bwaitUntilFunction(?:Active|Updated)V2\b/.test(names)) operations.push('GetFunction')
    return operations.map((operation) => `${signingName(client)}.${operation}`)
  })
}

/** What the local cloud calls itself, under a role, as Lambda and ECS do: `callCloud(…, { service: 'logs', … })`. */
function ownCalls(text: string): string[] {
  const service = /\bcallCloud\([\s\S]*?service: '([a-z]+)'/.exec(text)?.[1]
  const operations = services.find(({ name }) => name === service)?.operations ?? {}
  return Object.keys(operations)
    .filter((operation) => new RegExp(`\\b${operation}\\b`).test(text))
    .map((operation) => `${service}.${operation}`)
}

function readAll(globs: readonly string[]): { file: string; text: string }[] {
  const files = globs.flatMap((glob) => globSync(glob, { cwd: ROOT })).map((file) => file.replaceAll('\\', '/'))
  return files.filter(counts).map((file) => ({ file, text: readFileSync(new URL(file, ROOT), 'utf8') }))
}

/** Neither the page itself nor a test of the local cloud. */
const counts = (file: string): boolean => file !== 'docs/local-cloud.md' && !/^test\/\w+\/local\/cloud\//.test(file)
