import { getProject, getStack } from '@pulumi/pulumi'
import { bundleAll } from './bundle/bundle.ts'
import { repository } from './bundle/paths.ts'
import { readStackConfig } from './config/read-config.ts'
import { findStackFile } from './config/stack-file.ts'
import { createStack, type StackOutputs } from './stack.ts'

/**
 * The Pulumi program: bundles what ships, reads the stack's config, creates everything. `directory`: where the stack's
 * file is.
 */
export async function program(directory = repository): Promise<StackOutputs> {
  const stack = getStack()
  const config = readStackConfig(await findStackFile(directory, stack))
  await bundleAll()
  return createStack(config, { project: getProject(), stack })
}
