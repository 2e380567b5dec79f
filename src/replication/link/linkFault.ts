/** Why two peers did not come to a link. */
export type LinkFault =
  | 'closed'
  | 'timeout'
  | 'malformed'
  | 'newer-version'
  | 'older-version'
  | 'wrong-kind'
  /** Own hello or own device key came back. */
  | 'reflected'
  /** Keys do not fit: another space or epoch, a changed message, a middle man. */
  | 'insecure-peer'
  | 'bad-signature'
  | 'bad-key'
  /** The device proved its key, but no operation that it or we hold makes it a member. */
  | 'unknown-device'
  /** The device was a member and is none any more; it was told. */
  | 'removed'
