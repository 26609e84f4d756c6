import type { ProgressEvent } from '../apply/progress.ts'

export interface Progress {
  onStage(stage: string): void
  onResource(event: ProgressEvent): void
  done(resources: Readonly<Record<string, number>>): void
  /** Ends an open line, and shows nothing more. */
  stop(): void
}

/** Stages and resources as they come: one line that changes on a terminal, a line each for a log. */
export function showProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  let resources = 0
  let open = false
  let stopped = false
  const line = (text: string): void => {
    if (stopped) return
    if (out.isTTY) {
      out.write(`\r\x1b[K${text.slice(0, (out.columns ?? 80) - 1)}`)
      open = true
    } else out.write(`${text}\n`)
  }
  const end = (): void => {
    if (open) out.write('\n')
    open = false
  }
  return {
    stop() {
      end()
      stopped = true
    },
    onStage(stage) {
      end()
      line(`› ${stage}`)
    },
    onResource({ kind, type, name, ms }) {
      if (!['created', 'updated', 'replaced', 'deleted', 'unchanged', 'failed'].includes(kind)) return
      resources += 1
      line(
        `  ${String(resources).padStart(3)}  ${kind.padEnd(9)} ${type} ${name}${ms >= 100 ? ` (${(ms / 1000).toFixed(1)} s)` : ''}`,
      )
    },
    done(byType) {
      end()
      const total = Object.values(byType).reduce((sum, count) => sum + count, 0)
      const services = new Map<string, number>()
      for (const [type, count] of Object.entries(byType)) {
        const service = type.split(':').slice(0, 2).join(':').split('/')[0] ?? type
        services.set(service, (services.get(service) ?? 0) + count)
      }
      const parts = [...services].map(
        ([service, count], index, { length }) => `${count} ${service}${index < length - 1 ? ',' : ''}`,
      )
      out.write(`${wrap([`✓ ${total} resources:`, ...parts])}\n`)
    },
  }
}

const WIDTH = 80

/** Parts in lines of at most 80 columns, the second one and those after it indented. */
function wrap(parts: readonly string[]): string {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + part.length <= WIDTH) lines[lines.length - 1] = `${last} ${part}`
    else lines.push(lines.length === 0 ? part : `  ${part}`)
  }
  return lines.join('\n')
}
