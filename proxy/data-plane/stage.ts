/** Deals with an exchange to its end. */
export type Handler<In> = (exchange: In) => Promise<void>

/**
 * One step of the data plane: takes what comes next, and gives what comes before it. It may hand the exchange on with
 * more on it, answer it itself, refuse it by throwing, or do something when the rest is over. A stage that hands nothing
 * on is a `Stage<In, never>`.
 */
export type Stage<In, Out> = (next: Handler<Out>) => Handler<In>

/** Stages in the order of a request; each must take what the one before hands on. */
export interface Stages<In, Out> {
  next<More>(stage: Stage<Out, More>): Stages<In, More>
  /** The stage that hands nothing on, and with it all of them as one. */
  last(stage: Stage<Out, never>): Handler<In>
}

/**
 * Begins a list of stages.
 *
 * @example
 * beginWith(observe(options)).next(chooseRoute(routes)).last(forward(options))
 */
export function beginWith<In, Out>(first: Stage<In, Out>): Stages<In, Out> {
  return {
    next: (following) => beginWith((rest) => first(following(rest))),
    last: (stage) => first(stage(pastTheLast)),
  }
}

const pastTheLast: Handler<never> = () => Promise.reject(new TypeError('The last stage has handed an exchange on.'))
