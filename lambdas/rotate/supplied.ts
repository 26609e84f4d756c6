import { supplied } from '../strategies/supplied.ts'
import { rotationFunction } from './main.ts'

export const handler = rotationFunction([supplied])
