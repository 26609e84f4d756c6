import { FARGATE_MEMORY } from '../../../../infra/config/task-size.ts'
import { clientError } from './errors.ts'
import type { TaskDefinitionInput } from './task-definition.ts'

/**
 * Fargate takes CPU and memory at the task level, in certain pairs.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 * @throws ServiceError ClientException in AWS's words
 */
export function checkFargateSize({ requiresCompatibilities, cpu, memory }: TaskDefinitionInput): void {
  if (!requiresCompatibilities.includes('FARGATE')) return
  if (cpu === undefined) throw clientError("Fargate requires that 'cpu' be defined at the task level.")
  if (memory === undefined) throw clientError("Fargate requires that 'memory' be defined at the task level.")
  const units = read(cpu, 'vCPU')
  const mebibytes = read(memory, 'GB')
  if (FARGATE_MEMORY.get(units)?.includes(mebibytes)) return
  throw clientError(
    `No Fargate configuration exists for given values: ${units} CPU, ${mebibytes} memory. See the Amazon ECS documentation for the valid values.`,
  )
}

/** `1024`, or in the larger unit: `1 vCPU`, `.5 vCPU`, `2 GB`. */
function read(text: string, unit: string): number {
  const number = Number.parseFloat(text)
  return text.toLowerCase().endsWith(unit.toLowerCase()) ? number * 1024 : number
}
