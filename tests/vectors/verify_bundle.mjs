// A second reader of proofs (C2SP tlog-proof, tlog-checkpoint, tlog-cosignature; RFC 9162), with
// Node's crypto alone: node verify_bundle.mjs LOG_KEY [WITNESS_KEY ...] < bundle.tlog-proof
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
const half = (n) => Math.floor(n / 2);
const fail = (why) => { throw new Error(why); };
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const b64 = (text) => {
  const raw = Buffer.from(text, "base64");
  return raw.toString("base64") === text ? raw : fail("base64");
};
function keyOf(line) {  // name+id+base64(kind || key)
  const [, name, id, key] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line) ?? fail("key");
  const raw = b64(key), x = raw.subarray(1).toString("base64url");
  const hash = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  if (hash.toString("hex") !== id || raw.length !== 33) fail("key id");
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  return { name, kind: raw[0], hash, key: createPublicKey({ key: jwk, format: "jwk" }) };
}
function signatures(note, { name, hash }) {
  return note.signed.flatMap((line) => {
    const [, by, blob] = /^— (\S+) (\S+)$/.exec(line) ?? fail("signature line");
    const raw = b64(blob);
    return by === name && raw.subarray(0, 4).equals(hash) ? [raw.subarray(4)] : [];
  });
}
function seenBy(note, witness) {
  return signatures(note, witness).map((raw) => {
    const time = raw.readBigUInt64BE(0), text = `cosignature/v1\ntime ${time}\n${note.text}`;
    return verify(null, Buffer.from(text), witness.key, raw.subarray(8)) ? time : fail("witness");
  });
}
function rootFrom(leaf, index, size, path) {  // RFC 9162 section 2.1.3.2
  let place = index, last = size - 1, current = leaf;
  const node = (left, right) => sha256(Buffer.from([1]), left, right);
  for (const step of path) {
    if (last === 0) fail("path too long");
    if (place % 2 || place === last) {
      current = node(step, current);
      while (place % 2 === 0 && place) [place, last] = [half(place), half(last)];
    } else current = node(current, step);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? current : fail("path too short");
}
const bundle = readFileSync(0, "utf8"), [log, ...witnesses] = process.argv.slice(2).map(keyOf);
const cut = bundle.indexOf("\n\n"), note = bundle.slice(cut + 2), at = note.indexOf("\n\n");
const [title, extra, place, ...steps] = bundle.slice(0, cut).split("\n");
if (title !== "c2sp.org/tlog-proof@v1" || !extra.startsWith("extra ")) fail("title");
const read = { text: note.slice(0, at + 1), signed: note.slice(at + 2).trimEnd().split("\n") };
const [origin, size, root] = read.text.split("\n"), own = signatures(read, log);
const good = own.every((raw) => verify(null, Buffer.from(read.text), log.key, raw));
if (origin !== log.name || !own.length || !good) fail("checkpoint");
const row = b64(extra.slice(6)), index = Number(/^index (\d+)$/.exec(place)[1]);
const made = rootFrom(sha256(Buffer.from([0]), row), index, Number(size), steps.map(b64));
if (index >= Number(size) || !made.equals(b64(root))) fail("not in the tree");
const seen = Object.fromEntries(witnesses.map((w) => [w.name, Number(seenBy(read, w)[0] ?? 0)]));
console.log(JSON.stringify({ index, size: Number(size), row: row.toString("hex"), seen }));
