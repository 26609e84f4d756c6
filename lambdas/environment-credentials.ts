import { fromEnv } from '@aws-sdk/credential-provider-env'

/**
 * Stands in for the SDK's credential chain in a function's bundle: Lambda gives credentials in the environment and
 * nowhere else, and the chain's other links (profiles, single sign-on, instance metadata) are a quarter of the bundle.
 */
export const defaultProvider = fromEnv
