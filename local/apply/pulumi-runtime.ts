import { createRequire } from 'node:module'
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
  monitor: unknown
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
    const stackTraceLimit = Error.stackTraceLimit
    // The SDK takes a stack trace for every promise, which costs more than all the rest of an apply.
    Error.stackTraceLimit = 0
    const unhandled = Promise.withResolvers<never>()
    // An error thrown in `output.apply(…)` reaches nobody in the SDK; Pulumi's own host listens in the same way.
    process.on('unhandledRejection', unhandled.reject)
    try {
      await Promise.race([runToEnd(options.program), options.failure, unhandled.promise])
    } catch (error) {
      // What still waits for an answer will never get one: without this the SDK reports a leak when the process exits.
      settings.terminateRpcs()
      throw error
    } finally {
      process.off('unhandledRejection', unhandled.reject)
      Error.stackTraceLimit = stackTraceLimit
    }
  })
}

async function runToEnd(program: RunOptions['program']): Promise<void> {
  // This resolves as soon as the program has returned, with registrations still under way: disconnect waits for them.
  await pulumi.runtime.runInPulumiStack(program)
  await pulumi.runtime.disconnect()
}

export const toStruct = (properties: Properties): structTypes.Struct =>
  struct.Struct.fromJavaScript(properties as Record<string, never>)
