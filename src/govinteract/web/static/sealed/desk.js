// The desk of sealed reports: a reader's secret comes from a file, stays in this page's memory,
// and is gone when the page is left. Nothing that was opened is sent or stored.
const $ = (id) => document.getElementById(id);
const desk = $("sealed-desk"), says = desk.dataset;
const { able, b64, hex, makeReaderKey, open, readKeyFile, rewrap, unb64, writeKeyFile } = await import(says.code);
const all = (selector, root = desk) => [...root.querySelectorAll(selector)];
const tell = (text) => { $("sealed-error").textContent = text; $("sealed-error").hidden = !text; };
let key = null;

async function post(path, fields) {
  const body = new URLSearchParams({ csrf: says.csrf, ...fields });
  const answer = await fetch(says.post + path, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.redirected) return location.reload();  // signed out meanwhile
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.title || says.trouble);
  return said;
}

// Does one thing at a time, says that it goes on, and what went wrong.
function when(button, work, busy = says.busy) {
  button.addEventListener("click", async () => {
    const label = button.textContent;
    button.disabled = true;
    button.textContent = busy;
    tell("");
    try { await work(button); } catch (error) { tell(error.message || says.trouble); }
    button.textContent = label;
    button.disabled = false;
  });
}
const orSay = async (promise, text) => { try { return await promise; } catch { throw new Error(text); } };

async function unlock() {
  const file = $("sealed-file").files[0];
  if (!file) throw new Error(says.refused);
  key = await orSay(file.text().then((text) => readKeyFile(text, $("sealed-pass").value)), says.refused);
  $("sealed-pass").value = "";
  const kid = hex(key.kid);
  $("sealed-key").textContent = `${says.ready} ${kid.match(/.{4}/g).join(" ")}`;
  for (const card of all("[data-submission]")) {
    const mine = card.dataset.kids.split(" ").includes(kid);
    for (const button of all("[data-open],[data-rewrap]", card)) button.disabled = !mine;
  }
}

// That it is fetched is on record before the sealed bytes come.
async function fetched(card) {
  const id = card.dataset.submission;
  const { content, wrap } = await post(`/${id}`, { verb: "open", kid: hex(key.kid) });
  for (const state of all("[data-state]", card)) state.textContent = state.dataset.state;
  return { content: unb64(content), wrap: unb64(wrap), place: { tenant: says.tenant, id } };
}

async function show(card) {
  const { content, wrap, place } = await fetched(card);
  const plain = await orSay(open(content, wrap, key, place), says.failed);
  const words = new TextDecoder().decode(plain), box = card.querySelector("[data-shown]");
  let report = { text: words };
  try {
    const read = JSON.parse(words);
    if (read.format === "gi/sealed-report/v1") report = read;
  } catch { /* another client's text, shown as it is */ }
  card.querySelector("[data-text]").textContent = report.text;
  card.querySelector("[data-contact]").textContent = report.contact ?? "";
  box.hidden = false;
  box.focus();
}

async function passOn(card, button) {
  const { content, wrap, place } = await fetched(card);
  const made = await orSay(rewrap(content, wrap, key, unb64(button.dataset.rewrap), place), says.failed);
  await post(`/${place.id}`, { verb: "rewrap", wrap: b64(made) });
  location.reload();
}

let made = null;
async function make() {
  const [first, again] = [$("sealed-new").value, $("sealed-again").value];
  if ([...first].length < 12) throw new Error(says.short);
  if (first !== again) throw new Error(says.differ);
  made = await makeReaderKey();
  const file = new Blob([await writeKeyFile(made, first)], { type: "application/json" });
  Object.assign($("sealed-save"), { href: URL.createObjectURL(file), download: `reader-key-${hex(made.kid).slice(0, 8)}.json` });
  $("sealed-new").value = $("sealed-again").value = "";
  $("sealed-made").hidden = false;
}
async function register() {
  await post("", { verb: "register", name: $("sealed-name").value, public: b64(made.pub) });
  location.reload();
}

if (able()) {
  $("sealed-plain").hidden = true;
  $("sealed-tools").hidden = false;
  when($("sealed-unlock-do"), unlock, says.opening);
  when($("sealed-make"), make);
  $("sealed-save").addEventListener("click", () => { $("sealed-register").disabled = false; });
  when($("sealed-register"), register);
  for (const button of all("[data-retire]")) when(button, async () => { await post("", { verb: "retire", kid: button.dataset.retire }); location.reload(); });
  for (const card of all("[data-submission]")) {
    for (const button of all("[data-open]", card)) when(button, () => show(card));
    for (const button of all("[data-rewrap]", card)) when(button, () => passOn(card, button));
    for (const button of all("[data-close]", card)) when(button, async () => { await post(`/${card.dataset.submission}`, { verb: "close" }); location.reload(); });
  }
} else $("sealed-plain").textContent = says.unable;
