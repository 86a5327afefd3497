// The keyboard of the desk (UX 4). A key does nothing but press what stands on the page:
// every element with data-key is pressed or focused by that key, so `?` can list exactly the active ones.
(() => {
  "use strict";
  const TYPED = "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]";
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const shown = (el) => el.getClientRects().length > 0 && !el.disabled;
  const dialog = () => document.getElementById("keys");

  function named(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    return (event.ctrlKey ? "Ctrl+" : "") + key;
  }

  function press(el) {
    if (el.matches("input,select,textarea")) {
      el.focus();
      if (el.select) el.select();
    } else {
      el.click();
    }
  }

  function move(by) {
    const all = rows();
    if (!all.length) return false;
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
    next.querySelector("[data-open]").focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function currentRow() {
    return rows().find((row) => row.contains(document.activeElement));
  }

  function tick(row) {
    const box = row && row.querySelector("input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  // What is done to the selected rows is done to the row under the cursor when none is selected.
  function selectCurrent(el) {
    if (!el.hasAttribute("data-on-rows")) return true;
    if (document.querySelector("[data-rows] [data-row] input:checked")) return true;
    return tick(currentRow());
  }

  const LIST = { j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    x: () => tick(currentRow()) };

  function listed() {
    const found = [...document.querySelectorAll("[data-key][data-says]")].filter(shown)
      .map((el) => [el.dataset.key, el.dataset.says]);
    const list = document.querySelector("[data-rows]");
    if (list && rows().length) {
      found.unshift(...list.dataset.rows.split(",").map((pair) => pair.split("=")));
    }
    const copy = document.querySelector("[data-copy]");
    if (copy) found.push(["c", copy.closest("[data-copies]").dataset.copies]);
    found.push(["?", dialog().querySelector("h2").textContent]);
    return new Map(found);
  }

  function help() {
    const list = dialog().querySelector("dl");
    list.replaceChildren();
    for (const [key, says] of listed()) {
      const group = document.createElement("div");
      const dt = document.createElement("dt");
      for (const part of key.split(" ")) {
        const kbd = document.createElement("kbd");
        kbd.textContent = part.length === 1 ? part.toUpperCase() : part;
        dt.append(kbd, " ");
      }
      const dd = document.createElement("dd");
      dd.textContent = says;
      group.append(dt, dd);
      list.append(group);
    }
    dialog().showModal();
    return true;
  }

  function act(key) {
    if (key === "?") return help();
    if (LIST[key] && document.querySelector("[data-rows]") && LIST[key]()) return true;
    if (key === "c" && window.uketsukeCopyNext) return window.uketsukeCopyNext();
    const el = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && shown(one));
    if (!el || !selectCurrent(el)) return false;
    press(el);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    // AP-10: 229 is what browsers report while an input method composes.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.defaultPrevented || event.altKey || event.metaKey || event.repeat && event.ctrlKey) return;
    if (document.querySelector("dialog[open]")) return;
    const key = named(event);
    if (event.ctrlKey ? key !== "Ctrl+Enter" : event.target.closest(TYPED)) return;
    if (act(key)) event.preventDefault();
  });
})();
