import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import * as pulumi from '@pulumi/pulumi'
import type resourceProtoTypes from '@pulumi/pulumi/proto/resource_pb.js'
import type structTypes from 'google-protobuf/google/protobuf/struct_pb.js'
import type { Properties } from './properties.ts'

/**
 * Everything that Keyturn uses of Pulumi's SDK beyond its public interface. These hooks may change with any version,
 * so package.json pins the exact one (docs/decisions/004).
 */
const fromPulumi = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi'))
const state: { withLocalStorage<T>(run: () => T): T } = fromPulumi('@pulumi/pulumi/runtime/state.js')
const settings: {
  setMockOptions(monitor: unknown, project: string, stack: string, preview: boolean): void
  terminateRpcs(): void
} = fromPulumi('@pulumi/pulumi/runtime/settings.js')
const struct: typeof structTypes = fromPulumi('google-protobuf/google/protobuf/struct_pb.js')

export const resourceProto: typeof resourceProtoTypes = fromPulumi('@pulumi/pulumi/proto/resource_pb.js')

export interface RunOptions {
  project: string
  stack: string
  dryRun: boolean
  config: Readonly<Record<string, string>>
  /** Names of those keys of `config` whose values are secret. */
  secretKeys: readonly string[]
  /** What stands in for Pulumi's engine; a subclass of `MockMonitor`. */
  monitor: { /** Answers no request from now on. */ silence(): void }
  program: () => Promise<Properties | undefined>
  /** Rejects when the run has failed somewhere else than in the program; the run then ends with its reason. */
  failure: Promise<never>
}

/**
 * Evaluates a Pulumi program in this process: settings and config live in storage of this run only, never in the
 * environment, so that runs neither disturb each other nor hand secrets to child processes.
 */
export function runProgram(options: RunOptions): Promise<void> {
  return state.withLocalStorage(async () => {
    settings.setMockOptions(options.monitor, options.project, options.stack, options.dryRun)
    pulumi.runtime.setAllConfig({ ...options.config }, [...options.secretKeys])
    const withStackTraces = withoutStackTraces()
    const stray = Promise.withResolvers<never>()
    // An error thrown in `output.apply(…)` reaches nobody in the SDK; Pulumi's own host listens in the same way.
    process.on('unhandledRejection', stray.reject)
    try {
      await Promise.race([runToEnd(options.program, stray.reject), options.failure, stray.promise])
    } catch (error) {
      options.monitor.silence()
      await settle()
      // What still waits for an answer will never get one: without this the SDK reports a leak when the process exits.
      settings.terminateRpcs()
      throw error
    } finally {
      process.off('unhandledRejection', stray.reject)
      withStackTraces()
    }
  })
}

async function runToEnd(program: RunOptions['program'], fail: (error: unknown) => void): Promise<void> {
  // This resolves as soon as the program has returned, with registrations still under way: disconnect waits for them.
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      return await program()
    } catch (error) {
      fail(error)
      // Given the error, the SDK would reject several promises that nobody can reach.
      return new Promise(() => {})
    }
  })
  await pulumi.runtime.disconnect()
  await settle()
}

/** One error may reject several promises of the SDK, the last ones a few turns of the event loop after the first. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate()
}

let stackTraceLimit: number
let runs = 0

/** The SDK takes a stack trace for every promise, which costs more than all the rest of an apply. */
function withoutStackTraces(): () => void {
  if (runs++ === 0) {
    stackTraceLimit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
  }
  return () => {
    if (--runs === 0) Error.stackTraceLimit = stackTraceLimit
  }
}

export const toStruct = (properties: Properties): structTypes.Struct =>
  struct.Struct.fromJavaScript(properties as Record<string, never>)
