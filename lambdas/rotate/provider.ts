import { providerKey } from '../strategies/provider-key/provider-key.ts'
import { rotationFunction } from './main.ts'

export const handler = rotationFunction([providerKey])
