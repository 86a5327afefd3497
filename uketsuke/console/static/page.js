// What a page does beyond links and forms; everything here only adds to what works without it.
(() => {
  "use strict";

  // AP-19: a field outlines the places it was read from, and a place its field.
  function outline(name, on) {
    for (const el of document.querySelectorAll(`[data-for~="${CSS.escape(name)}"]`)) el.classList.toggle("on", on);
  }
  for (const [type, on] of [["focusin", true], ["focusout", false]]) {
    document.addEventListener(type, (event) => {
      const target = event.target;
      if (target.dataset && target.dataset.field) outline(target.dataset.field, on);
      const place = target.closest && target.closest("[data-for]");
      if (!place) return;
      for (const name of place.dataset.for.split(" ")) {
        const field = document.querySelector(`[data-row-of="${CSS.escape(name)}"]`);
        if (field) field.classList.toggle("on", on);
      }
    });
  }

  // AP-73: exactly the shown value, also over plain http, where there is no clipboard API.
  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.readOnly = true;
      area.className = "vh";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.closest(".cp").classList.add("done");
    button.querySelector("use").setAttribute("href", button.dataset.done);
    const says = document.getElementById("copied");
    if (says) says.textContent = button.dataset.says;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  window.uketsukeCopyNext = () => {
    const all = [...document.querySelectorAll("[data-copy]")];
    const next = all.find((one) => !one.closest(".cp").classList.contains("done")) || all[0];
    if (!next) return false;
    next.focus();
    copy(next);
    return true;
  };

  // A pressed button says so and cannot be pressed twice; coming back by the browser's button frees it.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button || event.target.method === "dialog") return;
    setTimeout(() => {
      button.disabled = true;
      button.dataset.word = button.textContent;
      button.textContent = document.body.dataset.busy || "…";
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // AP-4: what can be taken back only for some seconds goes away when they are over.
  for (const form of document.querySelectorAll("[data-gone-after]")) {
    setTimeout(() => {
      const heading = form.contains(document.activeElement) && document.querySelector("h1[tabindex]");
      form.remove();
      if (heading) heading.focus();
    }, 1000 * Number(form.dataset.goneAfter));
  }

  // AP-20: after a check, each field says by itself whether it is wrong.
  function markFields() {
    for (const slot of document.querySelectorAll("[data-slot-of]")) {
      const field = document.getElementById(slot.dataset.slotOf);
      if (!field) continue;
      const wrong = slot.querySelector(".msg") !== null;
      field.closest("[data-row-of]").classList.toggle("err", wrong);
      if (!field.matches("input, select, textarea")) continue;
      if (wrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
  document.addEventListener("htmx:after:swap", markFields);
  document.querySelector("form[data-goes-on]")?.requestSubmit();

  // How many rows are selected (the bar of the tray).
  function count() {
    const bar = document.querySelector("[data-selected]");
    if (!bar) return;
    const n = document.querySelectorAll("[data-row] input:checked").length;
    bar.querySelector("b").textContent = bar.dataset.selected.replace("0", String(n));
    bar.hidden = n === 0;
  }
  document.addEventListener("change", count);
  document.addEventListener("reset", () => setTimeout(count));
  count();

})();
