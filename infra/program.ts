import { getProject, getStack } from '@pulumi/pulumi'
import { bundleAll } from './build/bundle.ts'
import { readStackConfig } from './config.ts'
import { createStack, type StackOutputs } from './stack.ts'

/** The Pulumi program: bundles what ships, reads the stack's config, creates everything. */
export async function program(): Promise<StackOutputs> {
  const config = readStackConfig()
  await bundleAll()
  return createStack(config, { project: getProject(), stack: getStack() })
}
