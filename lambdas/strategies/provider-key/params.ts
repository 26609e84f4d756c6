import * as z from 'zod'
import { credential, httpCall, pointer, testCall, withPlaceholders } from '../http/call.ts'

/** How to read one page of the provider's list of keys, and how to ask for the next. */
const paging = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Asks again with `param` set to the value at `next`, while the value at `more` is true. */
  z.strictObject({ kind: z.literal('cursor'), param: z.string().min(1), next: pointer, more: pointer }),
  /** Asks again with `param` set to the number of items read, until a page is empty. */
  z.strictObject({ kind: z.literal('offset'), param: z.string().min(1) }),
])

/** The provider's administration API as data: nothing about one provider stands in code. */
export const params = z.strictObject({
  /** Name of the secret that holds the administrator's credential. */
  adminSecret: z.string().min(1),
  /** How the administrator's credential is sent. */
  adminAuth: credential.default({ scheme: 'bearer' }),
  /** Mints a key called `{name}`. */
  create: z
    .strictObject({
      ...httpCall.shape,
      expect: z.array(z.int()).min(1).default([200, 201]),
      /** Where the new key and its id stand in the answer. */
      take: z.strictObject({ key: pointer, id: pointer }),
    })
    .superRefine(withPlaceholders(['name'], ['name'])),
  /** Lists keys, so that one whose minting was cut off is found by its name. */
  list: z
    .strictObject({
      ...httpCall.shape,
      items: pointer,
      /** Within an item. */
      id: pointer,
      name: pointer,
      paging: paging.default({ kind: 'none' }),
    })
    .superRefine(withPlaceholders([])),
  /** A call that only a working key passes; sent with the new key. */
  test: testCall,
  /** Removes the key `{id}`. */
  revoke: z
    .strictObject({ ...httpCall.shape, expect: z.array(z.int()).min(1).default([200, 202, 204]) })
    .superRefine(withPlaceholders(['id'], ['id'])),
  /** How long a new key may take to work everywhere, and a revoked one to be refused, in seconds. */
  propagationSeconds: z.int().min(1).max(120).default(45),
  /** Keys that the provider lets live at once, if it bounds them. */
  liveKeys: z.int().min(2).optional(),
})

export type ProviderKeyParams = z.infer<typeof params>
