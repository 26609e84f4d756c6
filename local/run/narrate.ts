import type { Cloud } from '../cloud/cloud.ts'

const LOOK_EVERY_MS = 250

/** Tells what happens to secrets, as EventBridge would: one line an event. Returns how to stop. */
export function narrate(cloud: Cloud, say: (line: string) => void): () => void {
  let seen = new Set(cloud.state.events.recent.map(({ id }) => id))
  const timer = setInterval(() => {
    const { recent } = cloud.state.events
    for (const event of recent) {
      const text = seen.has(event.id) ? undefined : describe(event['detail-type'], event.detail)
      if (text !== undefined) say(`${event.time.replace('T', ' ').replace('Z', ' UTC')}  ${text}`)
    }
    seen = new Set(recent.map(({ id }) => id))
  }, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}

function describe(detailType: string, detail: unknown): string | undefined {
  const { name, labelUpdated, versionId, eventName, additionalEventData } = detail as {
    name?: string
    labelUpdated?: string
    versionId?: string
    eventName?: string
    additionalEventData?: { SecretId?: string }
  }
  if (detailType === 'Secret Label Updated') return `${name}: ${labelUpdated} → version ${versionId?.slice(0, 8)}`
  if (eventName === undefined) return undefined
  const secret = additionalEventData?.SecretId?.replace(/^.*:secret:/, '').replace(/-.{6}$/, '')
  const words: Readonly<Record<string, string>> = {
    RotationStarted: 'rotation started',
    RotationSucceeded: 'rotation succeeded',
    RotationFailed: 'a rotation step failed; it will be tried again',
    RotationAbandoned: 'rotation given up: see keyturn status',
  }
  return words[eventName] && `${secret}: ${words[eventName]}`
}
