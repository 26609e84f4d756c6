/** What every key that Keyturn makes for a client begins with; secret scanners and our own redaction know it by that. */
export const CLIENT_KEY_PREFIX = 'kt_'

/** 256 bits in base64url behind the prefix, wherever it stands in a text. */
export const CLIENT_KEY = /kt_[A-Za-z0-9_-]{43}/

export const CLIENT_KEY_LENGTH = 46
