/** What of a request is signed, and where the signature goes. */
export interface SignableRequest {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Adds signature headers to a request, over exactly its bytes. Called once an attempt, right before it is sent. */
export interface Signer {
  /** @param identity  Names the message, the same on every attempt. */
  sign<R extends SignableRequest>(request: R, message: { readonly identity: string }, wallMs: number): R;
}
