export interface Row {
  readonly id: string
  readonly promise: string
  /** What no test proves yet, of a row that tests prove in part. Every test of such a row says "part of" before its id. */
  readonly lacks?: string
}

/** What Keyturn promises, a row each. Most rows are written before they are built; docs/ledger.md tells which stand. */
export const SECTIONS: readonly { readonly title: string; readonly rows: readonly Row[] }[] = [
  {
    title: 'A · Provisioning',
    rows: [
      {
        id: 'A1',
        promise:
          'A KMS key for each group: alias, yearly rotation and on demand, 30 days to delete, multi-Region on request, a policy that names principals',
      },
      {
        id: 'A2',
        promise:
          'The inventory is stack config; unknown keys are refused, and all mistakes told together with their paths',
      },
      {
        id: 'A3',
        promise:
          'A rotation function for each strategy family, with a role of its own, logs, failure destination and traces; in the VPC only where its strategy needs it',
        lacks: 'a VPC with addresses: locally its settings are recorded and checked, and carry nothing',
      },
      {
        id: 'A4',
        promise: 'Rotation with schedule and window, set up only after a first value and everything that it needs',
      },
      { id: 'A5', promise: 'A sweeper on a schedule retires expired versions' },
      {
        id: 'A6',
        promise:
          'The proxy as a container behind a load balancer with TLS, autoscaling, health checks, circuit breaker and drain, with a role for its own secrets',
        lacks: 'a built image; a real load balancer and autoscaling',
      },
      {
        id: 'A7',
        promise: 'A PostgreSQL for bindings, audit and settings, made only when needed, its password rotated',
      },
      {
        id: 'A8',
        promise:
          'Alarms, a topic, a webhook and a dashboard for all that goes wrong with a rotation, a key or a consumer',
        lacks:
          'alarms, dashboard, signed webhook; keys still in use near their end, retired keys presented, stale consumers, upstream 401s',
      },
      {
        id: 'A9',
        promise: 'EventBridge rules on moved labels and on failed and abandoned rotations',
        lacks: 'an abandoned rotation that the shipped rule hands to the shipped sweeper; the events of AWS itself',
      },
      {
        id: 'A10',
        promise: 'On-call works from the AWS console alone: rotate, revoke, roll back and doctor as runbooks',
      },
      { id: 'A11', promise: 'CI previews pull requests, deploys main, and looks for drift each night' },
      { id: 'A12', promise: 'A policy pack fails the preview of what is unsafe' },
      {
        id: 'A13',
        promise:
          'Schedules, windows, graces, label budgets, live keys and parameters that cannot work are refused at plan time',
      },
      {
        id: 'A14',
        promise: 'dev, staging and prod stacks; secrets and keys protected; replica Regions on request',
        lacks: 'replica Regions',
      },
      {
        id: 'A15',
        promise: 'The real Pulumi engine previews, applies, refreshes and destroys the program on the local cloud',
      },
    ],
  },
  {
    title: 'B · Rotation',
    rows: [
      {
        id: 'B1',
        promise:
          'Four idempotent steps: cut off before or after any call, a retry completes with one current version, no orphan, and never a moment without an accepted credential',
      },
      {
        id: 'B2',
        promise:
          'Grace of 1 h to 7 d, 24 h unless said; none only by its name; none, active or expired by the clock; a malformed deadline fails closed',
      },
      { id: 'B3', promise: 'More than two keys valid at once, up to the label budget, each with its own deadline' },
      {
        id: 'B4',
        promise: 'retireSecret: at the deadline the old credential is revoked, then its labels go; never one in force',
      },
      { id: 'B5', promise: 'Retirement that waits, within a bound, while the old key is in use' },
      { id: 'B6', promise: 'A new upstream key takes over in stages, held or rolled back on 401s' },
      {
        id: 'B7',
        promise:
          'Strategies: random, client keys, provider keys, supplied, databases, caches, message brokers, signing keys, data keys, IAM keys',
        lacks: 'all but random, client-key, provider-key and supplied',
      },
      { id: 'B8', promise: 'Derived secrets rotate with the secret that they derive from, as one change' },
      { id: 'B9', promise: 'Encryption keys rotate without losing a row; old keys decrypt until every row has moved' },
      { id: 'B10', promise: 'A retried createSecret never leaves a second live key at the provider' },
      { id: 'B11', promise: 'Consumers’ health is saved before a rotation, compared after it, and may stop it' },
      { id: 'B12', promise: 'Consumers that read a secret only at start are rolled in order, a tier at a time' },
      {
        id: 'B13',
        promise: 'Roll back: the previous value becomes current again, at the target too; refused once it was revoked',
      },
      { id: 'B14', promise: 'An encrypted backup before every change that could lose a value, and its restoration' },
      { id: 'B15', promise: 'A history of every rotation, kept and exportable' },
      {
        id: 'B16',
        promise: 'Doctor finds and heals what is stuck or missing; errors are typed and name the next action',
        lacks: 'doctor as a command',
      },
      { id: 'B17', promise: 'Propagation is polled to a deadline, never slept' },
      {
        id: 'B18',
        promise: 'Special characters, SSL by default, and time limits on every target',
        lacks: 'targets other than HTTP',
      },
      { id: 'B19', promise: 'A value changed by hand is brought into order, or reported, within a minute' },
      {
        id: 'B20',
        promise:
          'What is printed is so: revoked only when the target was seen without the key; what cannot be proven is an error',
      },
      {
        id: 'B21',
        promise: 'Each deadline has a schedule of its own; the sweeper is the net below, in parallel with a bound',
      },
      { id: 'B22', promise: 'Upstreams that exchange an identity token for a short-lived key: nothing is stored' },
    ],
  },
  {
    title: 'C · Proxy',
    rows: [
      {
        id: 'C1',
        promise:
          'Key sets pulled at start and kept fresh; the last good one served while AWS is down, within a bound and with an alarm; never replaced by an empty or malformed one',
        lacks: 'the alarm',
      },
      {
        id: 'C2',
        promise:
          'Client keys are accepted while current, pending or in grace, by digest, in constant time, and neither stored nor logged in clear',
      },
      {
        id: 'C3',
        promise:
          'Routes with fixed origins that swap or pass the key; client credentials in any usual place are removed',
        lacks: 'routes that bind and forward (passthrough)',
      },
      {
        id: 'C4',
        promise:
          'Streams both ways with back-pressure, byte for byte; aborts cancel the upstream, a dead upstream is visible; WebSocket where allowed',
        lacks: 'WebSocket',
      },
      {
        id: 'C5',
        promise:
          'An upstream that refuses a key gets the request once more with a sibling, before the first byte; a dead key is not tried again',
        lacks: 'a refusal that a provider words as a 400',
      },
      { id: 'C6', promise: 'A key is bound to the address of its first use, across rotations and tasks' },
      { id: 'C7', promise: 'The client’s address is taken from headers only where the peer is trusted' },
      { id: 'C8', promise: 'Fail open or closed, as set, when the store is down' },
      { id: 'C9', promise: 'Alerts to a webhook, signed, retried, deduplicated across tasks' },
      { id: 'C10', promise: 'An admin API on a port of its own, with login and lockout' },
      { id: 'C11', promise: 'A console in the browser' },
      {
        id: 'C12',
        promise: 'Health, readiness, metrics, JSON logs with redaction at the sink, request ids, traces',
        lacks: 'traces',
      },
      { id: 'C13', promise: 'Usage is counted in batches, never a write per request' },
      {
        id: 'C14',
        promise: 'Drain on SIGTERM: not ready, no new connections, open streams finish or end with an error event',
      },
      {
        id: 'C15',
        promise:
          'Limits on heads, bodies, idle streams, connections and failed attempts; unhealthy upstreams rest; stable error codes',
        lacks: 'health probes of upstreams and their cooldown',
      },
      { id: 'C16', promise: 'The proxy’s own secrets rotate without losing a binding or a session' },
      { id: 'C17', promise: 'Revocation returns when every task has taken it, within a second' },
      {
        id: 'C18',
        promise: 'A secret that cannot be read makes its own clients or routes unavailable and nothing else',
      },
      { id: 'C19', promise: 'Refused keys are named: logged and counted by client, version and address' },
    ],
  },
  {
    title: 'D · Command line',
    rows: [
      {
        id: 'D',
        promise:
          'status, plan, rotate, watch, revoke, rollback, backup, restore, check, restart, history, doctor, import, usage, dev; progress, --json, exit codes, help with examples, no value printed unasked',
        lacks: 'verbs that are not there yet: keyturn --help lists those that are',
      },
    ],
  },
  {
    title: 'E · Local mode',
    rows: [
      {
        id: 'E',
        promise:
          'The shipped program, functions and proxy on a local stand-in for AWS that speaks its wire protocol, with a movable clock, faults at any call, and IAM enforced',
      },
    ],
  },
]

export const ROWS: readonly Row[] = SECTIONS.flatMap(({ rows }) => rows)
