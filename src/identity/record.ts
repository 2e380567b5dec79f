/** A device as its identity vouches for it; what a membership log lists. See docs/PROTOCOL.md#device-record. */
export interface DeviceRecord {
  /** 32-byte public root key of the person. */
  readonly identity: Uint8Array
  /** 32-byte Ed25519 public key of the device. */
  readonly sign: Uint8Array
  /** 32-byte X25519 public key to which epoch keys are sealed. */
  readonly seal: Uint8Array
  /** Who certified it: the root key or an earlier device of the same identity. */
  readonly certifier: Uint8Array
  /** 64 bytes: sign(`device`, the four fields) by the certifier. */
  readonly certificate: Uint8Array
  /** 64 bytes: sign(`device self`, the four fields) by the device, so that nobody lists a foreign key. */
  readonly self: Uint8Array
}
