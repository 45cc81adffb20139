// A second reader of statements, from their description alone, with Node's crypto.
// node read_statement.mjs [folder]: every good entry must be read, every broken one refused.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
const folder = process.argv[2] ?? import.meta.dirname, counts = {};
const vectors = JSON.parse(readFileSync(`${folder}/statement-v1.json`, "utf8"));
const refuse = (code) => { throw new Error(code); };
const invalid = () => refuse("attest.statement_invalid");
function canonical(value) {  // RFC 8785; only text, flags, whole numbers, lists and members
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object")
    return `{${Object.keys(value).sort().map((k) => `${canonical(k)}:${canonical(value[k])}`)}}`;
  if (typeof value === "string") return value.isWellFormed() ? JSON.stringify(value) : invalid();
  return typeof value === "boolean" || Number.isSafeInteger(value) ? `${value}` : invalid();
}
function part(text) {
  const raw = Buffer.from(text, "base64url"), value = JSON.parse(raw.toString("utf8"));
  const same = raw.toString("base64url") === text && raw.equals(Buffer.from(canonical(value)));
  return same && value !== null && !Array.isArray(value) ? value : invalid();
}
function isClaim(value) {
  if (!Array.isArray(value)) return value !== null && typeof value !== "object";
  const kinds = new Set(value.map((item) => typeof item));
  return kinds.size < 2 && !kinds.has("boolean") && !kinds.has("object");
}
function check(said, issuer) {
  const { claims, iat, iss, kind, sub } = said, names = Object.keys(claims ?? []);
  return Object.keys(said).sort().join() === "claims,iat,iss,kind,sub" && iss === issuer &&
    names.length <= 32 && !Array.isArray(claims) && typeof claims === "object" &&
    names.every((name) => /^[a-z][a-z0-9_]{0,31}$/.test(name) && isClaim(claims[name])) &&
    Number.isSafeInteger(iat) && iat >= 0 && iat <= 253402300799 &&
    [iss, sub].every((text) => typeof text === "string" && /^[!-~]{1,200}$/.test(text)) &&
    typeof kind === "string" && /^[a-z][a-z-]{0,31}\.[a-z][a-z-]{0,31}$/.test(kind);
}
function read({ text }) {
  const parts = text.split("."), keys = vectors.keys;
  if (parts.length !== 3 || text.length > 860) invalid();
  const head = part(parts[0]), said = part(parts[1]), signature = Buffer.from(parts[2], "base64url");
  const wanted = { alg: "Ed25519", kid: head.kid, typ: "gi.statement.v1" };
  const spelled = signature.toString("base64url") === parts[2] && typeof head.kid === "string";
  if (!spelled || canonical(head) !== canonical(wanted)) invalid();
  const jwk = keys.keys.find(({ kid }) => kid === head.kid) ?? refuse("attest.key_unknown");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" });
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  if (!verify(null, signed, key, signature) || !check(said, keys.issuer)) invalid();
  if (jwk.revoked) refuse("attest.key_revoked");
  if (said.iat < jwk.nbf || said.iat > (jwk.exp ?? said.iat)) refuse("attest.key_outdated");
  return said;
}
for (const kind of ["good", "broken"]) for (const entry of vectors[kind]) {
  let found;
  try { found = canonical(read(entry)); } catch (error) { found = error.message; }
  const wanted = kind === "good" ? canonical(entry.statement) : entry.code;
  const same = kind === "broken" && wanted === "attest.statement_invalid"
    ? !found.startsWith("{") && !found.startsWith("attest.key_") : found === wanted;
  if (!same) throw new Error(`${kind}: ${entry.name}: ${found}`);
  counts[kind] = (counts[kind] ?? 0) + 1;
}
console.log(JSON.stringify(counts));
