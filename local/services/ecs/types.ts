/** Settings of the local ECS; its owner extends them. */
export interface EcsOptions {
  /** Which Node entry stands in for a container image, by the longest matching prefix of the image's reference. */
  readonly images?: Readonly<Record<string, { readonly entry: string }>>
  /** The port on 127.0.0.1 at which the service is reached; 0 picks a free one. */
  readonly port?: number
  /** Added to every task's environment: `NODE_EXTRA_CA_CERTS`. */
  readonly environment?: Readonly<Record<string, string>>
}
