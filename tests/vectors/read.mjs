// A second reader of the vault's formats, from their description alone, with Node's crypto.
// node read.mjs [folder]: every good entry must open, every broken one must be refused.
import { createDecipheriv, createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
const counts = {}, folder = process.argv[2] ?? import.meta.dirname;
const load = (name) => JSON.parse(readFileSync(`${folder}/${name}-v1.json`, "utf8"));
const hex = (text) => Buffer.from(text, "hex");
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
function canonical(...parts) {
  const raw = parts.map((p) => Buffer.isBuffer(p) ? p : Buffer.from(String(p).normalize("NFC")));
  return Buffer.concat([Buffer.from([raw.length]), ...raw.flatMap((b) => [u32(b.length), b])]);
}
const place = (domain, c) =>
  canonical(domain, c.tenant, c.data_class, c.subject, c.record, c.field, c.type, c.rev);
function expand(hash, key, info, length) {  // HKDF-Expand, RFC 5869 section 2.3
  let block = Buffer.alloc(0), out = Buffer.alloc(0);
  for (let n = 1; out.length < length; n++, out = Buffer.concat([out, block]))
    block = createHmac(hash, key).update(block).update(info).update(Buffer.from([n])).digest();
  return out.subarray(0, length);
}
const kidOf = (key) => expand("sha256", key, "gi/kid/v1", 16);
function gcm(key, nonce, sealed, aad) {
  if (nonce.length !== 12 || sealed.length < 16) throw new Error("cut");
  const cipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 }).setAAD(aad);
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}
function boxed(magic, key, blob, context) {  // header: two bytes and the key's id
  const header = Buffer.concat([Buffer.from(magic), Buffer.from([1]), kidOf(key)]);
  if (!blob.subarray(0, 18).equals(header)) throw new Error("header");
  const aad = Buffer.concat([header, context]);
  return gcm(key, blob.subarray(18, 30), blob.subarray(30), aad).toString("hex");
}
function fromText({ text }) {
  const blob = Buffer.from(/^gi1\.([A-Za-z0-9_-]+)$/.exec(text)[1], "base64url");
  if ("gi1." + blob.toString("base64url") !== text) throw new Error("spelling");
  return blob.toString("hex");
}
const openField = (e) => boxed("G", hex(e.key), hex(e.envelope), place("gi/field/v1", e.context));
function openWrap(e) {
  const blob = hex(e.wrapped), head = Buffer.concat([Buffer.from("W\x01"), u32(e.epoch)]);
  if (blob.length !== 66 || !blob.subarray(0, 6).equals(head)) throw new Error("header");
  const scope = [e.tenant, e.epoch, e.subject, e.data_class, e.purpose, hex(e.kid)];
  const aad = canonical("gi/wrap/v1", ...scope);
  const key = gcm(hex(e.kek), blob.subarray(6, 18), blob.subarray(18), aad);
  if (!kidOf(key).equals(hex(e.kid))) throw new Error("commitment");
  return key.toString("hex");
}
const roleOf = (e) => canonical(`gi/${e.role}/v1`, e.tenant, e.epoch);
const openTenantKey = (e) => boxed("R", hex(e.root), hex(e.wrapped), roleOf(e));
function fingerprint(e) {
  const key = expand("sha256", hex(e.key), canonical("gi/fingerprint/v1", e.label), 32);
  return createHmac("sha256", key).update(hex(e.data)).digest("hex");
}
function openFile(e) {  // c2sp.org/chunked-encryption
  const blob = Buffer.from(e.stream, "base64"), out = createHash("sha256");
  const scheme = Buffer.from("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");
  const info = Buffer.concat([scheme, blob.subarray(0, 24), place("gi/file/v1", e.context)]);
  const derived = expand("sha512", hex(e.key), info, 76), nonce = derived.subarray(32, 44);
  if (!derived.subarray(44).equals(blob.subarray(24, 56))) throw new Error("commitment");
  for (let at = 56, n = 0; at < blob.length; at += 16400, n++) {
    const counted = Buffer.concat([nonce.subarray(0, 8), u32((nonce.readUInt32BE(8) ^ n) >>> 0)]);
    out.update(gcm(derived.subarray(0, 32), counted, blob.subarray(at, at + 16400), ""));
  }
  return out.digest("hex");
}
const [field, wrap, keys, file] = ["field-envelope", "wrap", "tenant-key", "file"].map(load);
for (const [name, entries, open, expected] of [
  ["fields", field.good, openField, "plaintext"], ["texts", field.good, fromText, "envelope"],
  ["broken fields", field.broken, openField], ["broken texts", field.broken_text, fromText],
  ["wraps", wrap.good, openWrap, "key"], ["broken wraps", wrap.broken, openWrap],
  ["tenant keys", keys.good, openTenantKey, "key"], ["files", file.good, openFile, "sha256"],
  ["fingerprints", keys.fingerprints, fingerprint, "fingerprint"],
]) for (const e of entries) {
  let opened;
  try { opened = open(e); } catch { /* refused, as a broken one must be */ }
  if (opened !== e[expected]) throw new Error(`${name}: ${e.name}`);
  counts[name] = (counts[name] ?? 0) + 1;
}
console.log(JSON.stringify(counts));
