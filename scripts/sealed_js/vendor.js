// HPKE (RFC 9180) with X-Wing and X25519, and Argon2id (RFC 9106): the parts that we use.
export { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
export { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";
export { XWing } from "@hpke/hybridkem-x-wing";
export { argon2idAsync } from "@noble/hashes/argon2.js";
