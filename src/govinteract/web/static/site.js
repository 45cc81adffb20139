// Small conveniences; every page works without them.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const load = (make) => new Promise((done) => { const node = make(); node.onload = done; document.head.append(node); });
  const script = (src) => load(() => Object.assign(document.createElement("script"), { src }));
  const style = (href) => load(() => Object.assign(document.createElement("link"), { rel: "stylesheet", href }));

  // The same key for what is typed and what is there: no case, no diacritics, đ as d.
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");

  async function map(place) {
    if (place.dataset.ready) return;
    place.dataset.ready = "1";
    style(place.dataset.style);
    for (const src of place.dataset.scripts.split(" ")) if (!document.querySelector(`script[src="${src}"]`)) await script(src);
    document.dispatchEvent(new CustomEvent("gi:map", { detail: place }));
  }

  function find(box) {
    box.hidden = false;
    const input = box.querySelector("input"), told = box.querySelector("[data-none]");
    input.addEventListener("input", () => {
      const wanted = fold(input.value).split(/\s+/).filter(Boolean);
      let left = 0;
      for (const item of all("[data-words]")) {
        const words = fold(item.dataset.words);
        item.hidden = !wanted.every((word) => words.includes(word));
        left += item.hidden ? 0 : 1;
      }
      for (const group of all("[data-group]")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
      told.textContent = left ? "" : told.dataset.none;
    });
  }

  // A button of ours stands for the browser's own; the input stays, for keys and readers.
  function files(box) {
    const input = box.querySelector("input"), told = box.querySelector(".picked");
    box.classList.add("dressed");
    box.querySelector(".pick").hidden = false;
    input.addEventListener("change", () => { told.textContent = input.files.length ? box.dataset.many.replace("{n}", input.files.length) : ""; });
  }

  function upload(button) {
    const input = button.parentNode.querySelector("input[type=file]");
    button.hidden = true;
    input.addEventListener("change", () => { if (input.files.length) button.form.requestSubmit(button); });
  }

  function dress(root) {
    for (const button of all("[data-copy]", root)) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.done;
      });
    }
    for (const button of all("[data-print]", root)) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    for (const box of all("[data-find]", root)) find(box);
    for (const box of all("[data-files]", root)) files(box);
    for (const button of all("[data-upload]", root)) upload(button);
    for (const form of all("form[data-auto]", root)) {
      form.querySelector("button").hidden = true;
    }
    for (const place of all("#map", root)) map(place);
  }

  // A second click on the way is no second form. (The server knows its number anyway.)
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) for (const form of all("form")) delete form.dataset.sent; });

  // A button that goes elsewhere (the other language) takes the whole page with it.
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) event.stopImmediatePropagation();
  }, true);

  // The browser's own way back goes one step back, as it does without a script.
  const step = () => { const field = document.querySelector("#report [name=step]"); return field ? ["what", "where", "who"].indexOf(field.value) : -1; };
  let at = step();
  const back = () => document.querySelector("#report button[value=back]");
  window.addEventListener("popstate", () => { const button = back(); if (button) button.form.requestSubmit(button); });
  document.addEventListener("click", (event) => {
    if (event.target === back() && history.state && history.state.step) {
      event.preventDefault();
      history.back();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const main = document.getElementById("main");
    if (!main) return;
    dress(main);
    if (step() > at) history.pushState({ step: step() }, "");
    at = step();
    const photos = main.querySelector("#photos .kept");
    const first = main.querySelector(".summary") || (document.activeElement === document.body && !photos && main.querySelector("h1"));
    if (first) first.focus();
  });

  const summary = document.querySelector(".summary");
  if (summary) summary.focus();
  dress(document);
})();
