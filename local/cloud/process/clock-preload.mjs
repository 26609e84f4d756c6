/**
 * Loaded with `node --import` before anything else runs in a child of the local cloud: gives the process the local
 * cloud's clock by patching `Date`. Timers and `performance.now()` stay real. Plain JavaScript without imports, since
 * every cold start of a function pays for it.
 *
 * The first time comes in this module's URL (`?offset=<ms>` or `?frozenAt=<epoch ms>`), later ones over IPC as
 * `{type:'clock', seq, offset}` or `{type:'clock', seq, frozenAt}`, each acknowledged with `{type:'clock-ack', seq}`.
 */
const RealDate = Date
const realNow = Date.now

let offset = 0
let frozenAt

/** @param {{ offset?: number | string | null, frozenAt?: number | string | null }} time */
function setTime(time) {
  frozenAt = time.frozenAt == null ? undefined : Number(time.frozenAt)
  offset = Number(time.offset ?? 0)
}

const now = () => frozenAt ?? realNow() + offset

const query = new URL(import.meta.url).searchParams
setTime({ offset: query.get('offset'), frozenAt: query.get('frozenAt') })

RealDate.now = now
// A Proxy, not a subclass: native code makes plain Dates (fs.Stats, structuredClone) and those must stay instances.
const MovedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
})
RealDate.prototype.constructor = MovedDate
globalThis.Date = MovedDate

if (process.channel) {
  process.on('message', (message) => {
    if (message?.type !== 'clock') return
    setTime(message)
    process.send?.({ type: 'clock-ack', seq: message.seq })
  })
  // Nothing may outlive the local cloud, however it ended; the code under the preload need not know.
  process.on('disconnect', () => process.exit())
  process.channel.unref()
}
