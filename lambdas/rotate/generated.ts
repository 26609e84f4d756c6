import { clientKey } from '../strategies/client-key.ts'
import { random } from '../strategies/random.ts'
import { rotationFunction } from './main.ts'

export const handler = rotationFunction([random, clientKey])
