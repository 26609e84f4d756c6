import { defineConfig } from 'vitest/config'
import { ROOM_VARIABLE, ROOMS } from './rooms.ts'

const room = ROOMS.find(({ name }) => name === process.env[ROOM_VARIABLE])
if (!room) throw new Error(`${ROOM_VARIABLE} names no room of test/mutation/rooms.ts: start this with npm run mutate`)

export default defineConfig({
  test: { include: [...room.tests], isolate: false, testTimeout: 20_000, hookTimeout: 20_000 },
})
