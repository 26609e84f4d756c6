/** Settings of the local ECS. */
export interface EcsOptions {
  /** Which Node entry stands in for a container image, by the longest matching prefix of the image's reference. */
  readonly images?: Readonly<Record<string, { readonly entry: string }>>
  /** The port on 127.0.0.1 at which the first service behind a load balancer is reached; 8080 unless given, 0 picks a free one. */
  readonly port?: number
  /** Added to every task's environment: `NODE_EXTRA_CA_CERTS`. */
  readonly environment?: Readonly<Record<string, string>>
  /** What the load balancer asks of a task before it gets traffic, as the target group's health check; `/ready` unless given. */
  readonly healthCheckPath?: string
  /** Milliseconds that tasks get between SIGTERM and SIGKILL when the local cloud itself stops; 2000 unless given. */
  readonly stopGraceMs?: number
}

export const DEFAULT_SERVICE_PORT = 8080
