import type { Cloud } from '../cloud.ts'
import type { ControlRoute } from '../control/control-route.ts'
import type { Protocol, WireRequest } from '../protocol/protocol.ts'
import type { PolicyDocument, Principal, RequestContext } from './iam/types.ts'

/** One AWS service of the local cloud. */
export interface Service {
  /** Signing name: `secretsmanager`, `kms`, `lambda`, `iam`, `sts`, `sns`, `scheduler`, `events`, `logs`, `ecs`. */
  readonly name: string
  readonly protocol: Protocol
  readonly operations: Readonly<Record<string, Operation>>
  /** One for the whole account, whichever Region a request is scoped to. */
  readonly global?: true
  /** Further paths under `/_keyturn/`, such as the ECS task credentials. */
  readonly control?: readonly ControlRoute[]
  /** Called once the server listens and saved state is loaded: sets timers again. */
  start?(cloud: Cloud): void | Promise<void>
  /** Called before the server closes: ends what `start` and operations began. */
  stop?(cloud: Cloud): void | Promise<void>
}

/**
 * One operation. Parses its own input (with zod), and asks {@link Call.authorize} before it reads or changes anything.
 */
export type Operation = (input: unknown, call: Call) => unknown

/** One call under way: who makes it and what it may do. */
export interface Call {
  readonly cloud: Cloud
  readonly principal: Principal
  /** The key that signed the request. */
  readonly accessKeyId: string
  readonly requestId: string
  readonly request: WireRequest
  /**
   * Asks IAM and notes the answer in the journal.
   * @throws AccessDeniedError in AWS's words when the answer is no
   */
  authorize(
    action: string,
    resource: string,
    context?: RequestContext,
    options?: {
      resourcePolicy?: PolicyDocument | undefined
      /** How the caller named the resource, where AWS's refusal repeats that and not the ARN. */
      asked?: string
    },
  ): void
}
