// The page of a confidential report: seals here, sends sealed bytes, keeps nothing.
const $ = (id) => document.getElementById(id);
const form = $("sealed-form"), told = $("sealed-error"), button = $("sealed-send");
const { able, b64, random, seal, unb64 } = await import(form.dataset.code);
const tell = (text) => { told.textContent = text; told.hidden = !text; };
let sealed = null;  // what was sealed and not yet taken: sent again as it is

async function send() {
  const text = $("sealed-text").value.trim(), contact = $("sealed-contact").value.trim();
  const words = JSON.stringify({ format: "gi/sealed-report/v1", text, contact });
  const plain = new TextEncoder().encode(words), { tenant, readers, limit } = form.dataset;
  if (!text) return form.dataset.empty;
  if (plain.length > Number(limit)) return form.dataset.long;
  if (sealed?.words !== words) {
    const place = { tenant, id: crypto.randomUUID() };
    const { content, wraps } = await seal(plain, readers.split(" ").map(unb64), place);
    const body = { id: place.id, once: b64(random(32)), content: b64(content), wraps: wraps.map(b64) };
    sealed = { words, body: JSON.stringify(body) };
  }
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch(form.dataset.post, { method: "POST", headers, body: sealed.body });
  const said = await answer.json();
  if (!answer.ok) return said.title || form.dataset.failed;
  for (const id of ["sealed-text", "sealed-contact"]) $(id).value = "";
  sealed = null;
  $("sealed-code").textContent = said.code;
  form.hidden = true;
  $("sealed-done").hidden = false;
  $("sealed-done").focus();
  return "";
}

if (able()) {
  $("sealed-plain").hidden = true;
  form.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    tell("");
    const label = button.lastChild.textContent;
    button.lastChild.textContent = form.dataset.busy;
    try { tell(await send()); } catch { tell(form.dataset.failed); }
    button.lastChild.textContent = label;
    button.disabled = false;
  });
} else $("sealed-why").textContent = form.dataset.unable;
