/** How the rotation service behaves between calls. */
export interface SecretsManagerOptions {
  /** How often the four steps are tried before a rotation is given up; 5 unless given. */
  readonly rotationAttempts?: number
  /** The wait before the second attempt by the cloud's clock, doubled each time; 15 seconds unless given. */
  readonly rotationBackoffMs?: number
}
