import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import type { Clock } from './clock.ts'
import { redactFields, redactText } from './redact.ts'

export type { Logger } from 'pino'

export interface LogOptions {
  /** What writes: `rotation`, `sweeper`, `proxy`. */
  service: string
  level: string
  clock: Clock
  /** Where lines go; standard output unless given. */
  destination?: DestinationStream
}

/** A JSON logger, one object a line, that masks credentials by field name and by shape before a line is written. */
export function createLogger({ service, level, clock, destination }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: () => `,"time":"${clock.now().toISOString()}"`,
    messageKey: 'message',
    errorKey: 'error',
    serializers: { error: (error: unknown) => redactFields(error) },
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redactFields(fields) as Record<string, unknown>,
    },
    hooks: { streamWrite: redactText },
  }
  return destination ? pino(options, destination) : pino(options)
}
