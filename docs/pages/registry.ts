import { errors } from './errors.ts'
import { localCloud } from './local-cloud.ts'
import type { Page } from './page.ts'

/** Every generated page, one line each. */
export const pages: readonly Page[] = [errors, localCloud]
