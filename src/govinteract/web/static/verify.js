// Checks a statement with public keys alone: JWS Compact (RFC 7515), Ed25519, canonical JSON.
// Nothing leaves the browser. In Node: import { check } from "./verify.js".
const utf8 = new TextEncoder();
const spell = (raw) => btoa(String.fromCharCode(...raw))
  .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

class Refusal extends Error {}
const refuse = (code) => { throw new Refusal(code); };
const fits = (pattern, value) => typeof value === "string" && pattern.test(value);

function canonical(value) {  // RFC 8785, of what a statement may hold
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort().map((k) => `${canonical(k)}:${canonical(value[k])}`);
    return `{${members.join(",")}}`;
  }
  const exact = typeof value === "boolean" || Number.isSafeInteger(value) ||
    (typeof value === "string" && value.isWellFormed());
  return exact ? JSON.stringify(value) : refuse("statement_invalid");
}

function decode(part) {
  const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));
  return spell(utf8.encode(canonical(value))) === part ? value : refuse("statement_invalid");
}

function isClaim(value) {
  if (!Array.isArray(value)) return ["string", "number", "boolean"].includes(typeof value);
  const kinds = new Set(value.map((item) => typeof item));
  return kinds.size <= 1 && [...kinds].every((kind) => kind === "string" || kind === "number");
}

function shaped({ claims, iat, iss, kind, sub, ...more }) {
  const plain = claims !== null && typeof claims === "object" && !Array.isArray(claims);
  return !Object.keys(more).length && plain && Object.keys(claims).length <= 32 &&
    Object.entries(claims).every(([k, v]) => /^[a-z][a-z0-9_]{0,31}$/.test(k) && isClaim(v)) &&
    Number.isSafeInteger(iat) && iat >= 0 && iat <= 253402300799 &&
    fits(/^[!-~]{1,200}$/, iss) && fits(/^[!-~]{1,200}$/, sub) &&
    fits(/^[a-z][a-z-]{0,31}\.[a-z][a-z-]{0,31}$/, kind);
}

async function signedBy(key, signature, message) {
  const jwk = { kty: key.kty, crv: key.crv, x: key.x };
  const imported = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, message);
}

// Resolves to { good, code, statement }; the codes are those of govinteract.attest.
export async function check(text, keys) {
  try {
    const parts = text.split(".");
    if (text.length > 860 || parts.length !== 3) refuse("statement_invalid");
    const header = decode(parts[0]), statement = decode(parts[1]), signature = bytes(parts[2]);
    const typed = { alg: "Ed25519", kid: header.kid, typ: "gi.statement.v1" };
    const whole = spell(signature) === parts[2] && typeof header.kid === "string";
    if (!whole || canonical(header) !== canonical(typed)) refuse("statement_invalid");
    const key = keys.keys.find(({ kid }) => kid === header.kid) ?? refuse("key_unknown");
    const message = utf8.encode(`${parts[0]}.${parts[1]}`);
    const signed = await signedBy(key, signature, message);
    if (!signed || !shaped(statement) || statement.iss !== keys.issuer) refuse("statement_invalid");
    if (key.revoked) refuse("key_revoked");
    const { iat } = statement;
    if (iat < key.nbf || iat > (key.exp ?? iat)) refuse("key_outdated");
    return { good: true, code: "good", statement };
  } catch (error) {
    if (error.name === "NotSupportedError" || !globalThis.crypto?.subtle)
      return { good: false, code: "unsupported" };
    return { good: false, code: error instanceof Refusal ? error.message : "statement_invalid" };
  }
}

function row(list, name, value) {
  const term = document.createElement("dt"), said = document.createElement("dd");
  term.textContent = name;
  said.textContent = value;
  list.append(term, said);
}

function show(found, texts, { lang, zone }) {
  const card = document.getElementById("found"), list = card.querySelector("dl");
  card.hidden = false;
  card.className = `card verdict ${found.good ? "verdict-good" : "verdict-bad"}`;
  card.querySelector("h2").textContent = found.good ? texts.good : texts.bad;
  card.querySelector("p").textContent = found.good ? texts.holds : texts[found.code];
  list.replaceChildren();
  if (found.good) {
    const { kind, iss, sub, iat, claims } = found.statement;
    row(list, texts.kind, texts[kind] ?? kind);
    row(list, texts.issuer, `${texts.ward} (${iss})`);
    row(list, texts.subject, sub);
    const style = { dateStyle: "long", timeStyle: "short", timeZone: zone };
    const said = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, style);
    row(list, texts.issued, said.format(new Date(iat * 1000)));
    const words = (value) => (typeof value === "boolean" ? texts[value] : value.toString());
    for (const [name, value] of Object.entries(claims)) {
      const label = texts[`claim_${name}`] ?? name.replaceAll("_", " ");
      row(list, label, Array.isArray(value) ? value.join(", ") : words(value));
    }
  }
  card.querySelector("h2").focus();
}

function begin() {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const keys = read("keys"), texts = read("texts"), form = document.getElementById("check");
  const given = form.querySelector("textarea");
  const look = async () => {
    const text = given.value.replace(/\s+/g, "");  // paper and mail break lines
    if (text) show(await check(text.slice(text.indexOf("#") + 1), keys), texts, form.dataset);
  };
  const opened = () => {
    if (location.hash.length > 1) {
      given.value = location.hash.slice(1);
      look();
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  addEventListener("hashchange", opened);
  form.hidden = false;
  opened();
}

if (globalThis.document?.getElementById("check")) begin();
