// 新規受付 (AP-82): an answer changes nothing that was typed or chosen after it was asked for, and no part that a
// later answer has filled. What it could not change is asked for again when the control in its way is left.
(() => {
  "use strict";
  const form = document.getElementById("nf");
  const PARTS = ["hits", "services", "fields", "onspot", "onspot-says", "follows"];
  const filled = {}, again = new Set();
  let asked = 0;

  function held(id) {
    const controls = document.querySelectorAll(`#${id} :is(input,select,textarea)`);
    return JSON.stringify([...controls].map((one) => [one.id, one.name, one.value, one.checked]));
  }

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    ctx.asked = ++asked;
    ctx.held = Object.fromEntries(PARTS.map((id) => [id, held(id)]));
  });
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    const kept = tasks.filter(({ target }) => {
      if (!target || !PARTS.includes(target.id)) return true;
      const touched = held(target.id) !== ctx.held[target.id];
      if (touched) again.add(target.id === "hits" ? "who" : "what");
      if (touched || filled[target.id] > ctx.asked) return false;
      filled[target.id] = ctx.asked;
      return true;
    });
    tasks.splice(0, tasks.length, ...kept);
  });
  form.addEventListener("change", () => {
    for (const id of again) document.getElementById(id).dispatchEvent(new Event("again"));
    again.clear();
  });
})();
