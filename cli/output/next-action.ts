export { nextAction } from '../../core/next-actions.ts'
