import type { Problem } from '../../core/errors.ts'
import { readLenient } from './lenient.ts'
import { proxyShape } from './proxy-schema.ts'

const range = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step)

/**
 * The memory that Fargate offers for a number of CPU units, in MiB.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
export const FARGATE_MEMORY: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, range(1024, 4096, 1024)],
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16_384, 1024)],
  [4096, range(8192, 30_720, 1024)],
  [8192, range(16_384, 61_440, 4096)],
  [16_384, range(32_768, 122_880, 8192)],
])

/** AWS takes CPU and memory in certain pairs alone. */
export function checkTaskSize(proxy: unknown): Problem[] {
  const { cpu, memoryMb } = readLenient({ cpu: proxyShape.cpu, memoryMb: proxyShape.memoryMb }, proxy)
  const allowed = cpu === undefined ? undefined : FARGATE_MEMORY.get(cpu)
  if (!allowed || memoryMb === undefined || allowed.includes(memoryMb)) return []
  return [
    {
      path: 'proxy.memoryMb',
      message: `${memoryMb} does not go with cpu ${cpu} on Fargate; allowed is one of ${allowed.join(', ')}, or another cpu`,
    },
  ]
}
