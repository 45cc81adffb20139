// The format as browsers speak it, asked from Python: JSON tasks come in, JSON answers go out.
// node answer.mjs path/to/format.js < tasks.json; what is refused answers null.
import { readFileSync } from "node:fs";
const f = await import(process.argv[2]);
const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const FAST = { memory_kib: 64, passes: 1, lanes: 1 };
const verbs = {
  async seal({ place, words, readers, suite }) {
    const { content, wraps } = await f.seal(new TextEncoder().encode(words), readers.map(f.unb64), place, suite);
    return { content: f.b64(content), wraps: wraps.map(f.b64) };
  },
  async open({ place, content, wraps, secret, pub }) {
    const key = { secret: f.unb64(secret), kid: await f.kidOf(f.unb64(pub)) };
    for (const wrap of wraps.map(f.unb64))
      if (f.hex(wrap.slice(3, 19)) === f.hex(key.kid)) return text(await f.open(f.unb64(content), wrap, key, place));
    throw new Error("not sealed to this key");
  },
  async rewrap({ place, content, wraps, secret, pub, reader, suite }) {
    const key = { secret: f.unb64(secret), kid: await f.kidOf(f.unb64(pub)) };
    return f.b64(await f.rewrap(f.unb64(content), f.unb64(wraps[0]), key, f.unb64(reader), place, suite));
  },
  async makeKeyFile({ passphrase }) {
    return f.writeKeyFile(await f.makeReaderKey(), passphrase, FAST);
  },
  async readKeyFile({ file, passphrase }) {
    return f.b64((await f.readKeyFile(file, passphrase)).secret);
  },
};
const answers = [];
for (const { verb, ...task } of JSON.parse(readFileSync(0, "utf8"))) {
  try { answers.push(await verbs[verb](task)); } catch { answers.push(null); }
}
console.log(JSON.stringify(answers));
