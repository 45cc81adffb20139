// The frozen formats of sealed submissions (src/govinteract/sealed/format.py describes them):
// the same bytes in browsers and in Node. Nothing here stores, sends or logs anything.
import { Aes256Gcm, argon2idAsync, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256, XWing } from "../vendor/hpke.js";

const WRAP_DOMAIN = "gi/sealed/v1", CONTENT_DOMAIN = "gi/sealed-content/v1";
const KEY_DOMAIN = "gi/reader-key/v1", FILE_DOMAIN = "gi/reader-key-file/v1";
const CHUNK = 16384, HEAD = 56, PAD = 4096, HYBRID_LENGTH = 1216, PUBLIC_LENGTH = 1248;
const CONTENT_LIMIT = 64 * 1024;
const KDF = { memory_kib: 65536, passes: 3, lanes: 4 };  // RFC 9106, section 4, second option
const KDF_LIMIT = { memory_kib: 1048576, passes: 16, lanes: 16 };
export const HYBRID = "MLKEM768-X25519", CLASSIC = "X25519";
const SUITES = [
  { name: HYBRID, byte: 1, enc: 1120, kem: () => new XWing() },
  { name: CLASSIC, byte: 2, enc: 32, kem: () => new DhkemX25519HkdfSha256() },
];
const subtle = globalThis.crypto?.subtle;
const bytes = (text) => new TextEncoder().encode(text);
const refuse = () => { throw new Error("refused"); };

export const random = (n) => crypto.getRandomValues(new Uint8Array(n));
export const hex = (data) => [...data].map((b) => b.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export function b64(data) {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
export const unb64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
export const able = () => Boolean(subtle);  // browsers have it on https and on loopback alone

function join(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}
const same = (a, b) => a.length === b.length && a.reduce((sum, byte, i) => sum | (byte ^ b[i]), 0) === 0;
const u32 = (n) => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);
function frame(...parts) {
  const raw = parts.map((part) => (typeof part === "string" ? bytes(part) : part));
  return join(new Uint8Array([raw.length]), ...raw.flatMap((part) => [u32(part.length), part]));
}

// Content: Cobblestone-256 (c2sp.org/chunked-encryption) over the padded text.
async function expand(key, info, length) {  // HKDF-Expand with SHA-512, RFC 5869 section 2.3
  const mac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  let block = new Uint8Array(), out = new Uint8Array();
  for (let n = 1; out.length < length; n++) {
    block = new Uint8Array(await subtle.sign("HMAC", mac, join(block, info, new Uint8Array([n]))));
    out = join(out, block);
  }
  return out.slice(0, length);
}
async function chunks(key, salt, context) {
  const info = join(bytes("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"), salt, context);
  const derived = await expand(key, info, 76);
  const aead = await subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  const nonce = (n) => {
    const iv = derived.slice(32, 44);
    u32(n).forEach((byte, i) => { iv[8 + i] ^= byte; });
    return { name: "AES-GCM", iv };
  };
  return { aead, nonce, commitment: derived.slice(44) };
}
async function sealContent(key, context, plain) {
  const salt = random(24), { aead, nonce, commitment } = await chunks(key, salt, context);
  const out = [salt, commitment];
  for (let n = 0; n <= Math.floor(plain.length / CHUNK); n++) {
    const piece = plain.slice(n * CHUNK, (n + 1) * CHUNK);
    out.push(new Uint8Array(await subtle.encrypt(nonce(n), aead, piece)));
  }
  return join(...out);
}
async function openContent(key, context, stream) {
  const { aead, nonce, commitment } = await chunks(key, stream.slice(0, 24), context);
  if (!same(commitment, stream.slice(24, HEAD))) refuse();
  const out = [], count = Math.floor((stream.length - HEAD) / (CHUNK + 16));
  for (let n = 0; n <= count; n++) {
    const piece = stream.slice(HEAD + n * (CHUNK + 16), HEAD + (n + 1) * (CHUNK + 16));
    out.push(new Uint8Array(await subtle.decrypt(nonce(n), aead, piece)));
  }
  return join(...out);
}
function pad(plain) {
  if (plain.length > CONTENT_LIMIT) throw new RangeError("too long");
  const size = Math.ceil((plain.length + 4) / PAD) * PAD, out = new Uint8Array(size);
  out.set(u32(plain.length));
  out.set(plain, 4);
  return out;
}
function unpad(padded) {
  if (padded.length === 0 || padded.length % PAD) refuse();
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0), end = 4 + length;
  if (end > padded.length || padded.length - end >= PAD || padded.slice(end).some(Boolean)) refuse();
  return padded.slice(4, end);
}

// Wraps: HPKE (RFC 9180), base mode, single shot; the place stands in `info`.
const hpke = (suite) => new CipherSuite({ kem: suite.kem(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const infoOf = (place, kid, suite) => frame(WRAP_DOMAIN, place.tenant, place.id, kid, suite.name);
const halves = (pub) => [pub.slice(0, HYBRID_LENGTH), pub.slice(HYBRID_LENGTH)];

export async function kidOf(pub) {
  if (pub.length !== PUBLIC_LENGTH) refuse();
  const digest = await subtle.digest("SHA-256", frame(KEY_DOMAIN, ...halves(pub)));
  return new Uint8Array(digest).slice(0, 16);
}
export async function wrap(contentKey, pub, place, only) {
  const kid = await kidOf(pub);
  for (const suite of SUITES.filter((one) => !only || one.name === only)) {
    let enc, ct;
    try {
      const recipientPublicKey = await suite.kem().deserializePublicKey(halves(pub)[suite.byte - 1]);
      ({ enc, ct } = await hpke(suite).seal({ recipientPublicKey, info: infoOf(place, kid, suite) }, contentKey));
    } catch (error) {  // a client that can't do the hybrid one takes the other
      if (suite.name === CLASSIC || only) throw error;
      continue;
    }
    return join(bytes("S"), new Uint8Array([1, suite.byte]), kid, new Uint8Array(enc), new Uint8Array(ct));
  }
  throw new Error("no such suite");
}
export async function unwrap(wrapped, key, place) {
  const suite = SUITES.find((one) => one.byte === wrapped[2]) ?? refuse();
  const good = same(wrapped.slice(0, 2), new Uint8Array([0x53, 1])) && wrapped.length === 19 + suite.enc + 48;
  if (!good || !same(wrapped.slice(3, 19), key.kid)) refuse();
  const seed = suite.name === HYBRID ? key.secret.slice(0, 32) : key.secret.slice(32);
  const recipientKey = await suite.kem().deserializePrivateKey(seed);
  const enc = wrapped.slice(19, 19 + suite.enc), ct = wrapped.slice(19 + suite.enc);
  return new Uint8Array(await hpke(suite).open({ recipientKey, enc, info: infoOf(place, key.kid, suite) }, ct));
}

// What people do with them.
export async function seal(plain, publics, place, only) {
  const key = random(32), context = frame(CONTENT_DOMAIN, place.tenant, place.id);
  const content = await sealContent(key, context, pad(plain));
  const wraps = [];
  for (const pub of publics) wraps.push(await wrap(key, pub, place, only));
  return { content, wraps };
}
export async function open(content, wrapped, key, place) {
  const contentKey = await unwrap(wrapped, key, place);
  return unpad(await openContent(contentKey, frame(CONTENT_DOMAIN, place.tenant, place.id), content));
}
export async function rewrap(content, wrapped, key, pub, place, only) {
  await open(content, wrapped, key, place);  // what does not open is not passed on
  return wrap(await unwrap(wrapped, key, place), pub, place, only);
}

// A reader's keys: two private keys of 32 bytes, X-Wing's seed and X25519's.
export async function makeReaderKey() {
  const secrets = [], publics = [];
  for (const kem of SUITES.map((suite) => suite.kem())) {
    const pair = await kem.generateKeyPair();
    secrets.push(new Uint8Array(await kem.serializePrivateKey(pair.privateKey)));
    publics.push(new Uint8Array(await kem.serializePublicKey(pair.publicKey)));
  }
  const pub = join(...publics);
  return { secret: join(...secrets), pub, kid: await kidOf(pub) };
}
async function fileKey(passphrase, salt, kdf) {
  const options = { m: kdf.memory_kib, t: kdf.passes, p: kdf.lanes, dkLen: 32, maxmem: 2 ** 31 };
  const key = await argon2idAsync(bytes(passphrase.normalize("NFC")), salt, options);
  return subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
}
const fileAad = (pub, salt, kdf) =>
  frame(FILE_DOMAIN, pub, salt, ...[kdf.memory_kib, kdf.passes, kdf.lanes].map(String));

export async function writeKeyFile(key, passphrase, kdf = KDF) {
  const salt = random(16), iv = random(12), additionalData = fileAad(key.pub, salt, kdf);
  const aead = await fileKey(passphrase, salt, kdf);
  const sealed = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, aead, key.secret));
  const parts = { public: b64(key.pub), salt: b64(salt), nonce: b64(iv), sealed: b64(sealed) };
  return JSON.stringify({ format: FILE_DOMAIN, kid: hex(key.kid), ...kdf, ...parts }, null, 1) + "\n";
}
export async function readKeyFile(text, passphrase) {
  const file = JSON.parse(text), pub = unb64(file.public), salt = unb64(file.salt);
  const fits = (name) => Number.isInteger(file[name]) && file[name] >= 1 && file[name] <= KDF_LIMIT[name];
  if (file.format !== FILE_DOMAIN || !Object.keys(KDF_LIMIT).every(fits)) refuse();
  const aead = await fileKey(passphrase, salt, file), additionalData = fileAad(pub, salt, file);
  const secret = new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv: unb64(file.nonce), additionalData }, aead, unb64(file.sealed)));
  const kid = await kidOf(pub);
  if (secret.length !== 64 || hex(kid) !== file.kid) refuse();
  return { secret, pub, kid };
}
