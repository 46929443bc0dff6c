// Keys and saving. What is pressed or typed is sent at once, one request after the other, the last state last.
"use strict";
const desk = document.querySelector(".desk");
const status_ = document.getElementById("status");
const note = document.getElementById("note");
const search = document.getElementById("search");
const codes = [...document.querySelectorAll(".code")];
const tab = crypto.randomUUID();

async function send(path, content) {
  let answer;
  const body = JSON.stringify(content);
  const keepalive = new Blob([body]).size < 30000; // of what outlives its page a browser refuses more than 64 KiB
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive });
  } catch {
    throw new Error("NOT SAVED: the page's program does not answer; start it again");
  }
  if (!answer.ok) throw new Error(`NOT SAVED: ${await answer.text()}`);
  return answer.json();
}

function say(text, isWrong) {
  status_.textContent = text;
  status_.classList.toggle("wrong", Boolean(isWrong));
}

let running = null;
let waiting = false;
function saveNow(more = []) {
  const kept = codes.filter(one => one.ariaPressed === "true" && !(more.length && one.dataset.alone));
  const labels = [...kept.map(one => one.dataset.code), ...more];
  return send(`/questions/${desk.dataset.place}`, { labels, note: note.value, shown: desk.dataset.shown, tab });
}

async function save() {
  waiting = true;
  running ??= (async () => {
    try {
      while (waiting) {
        waiting = false;
        say("saving …");
        const said = await saveNow();
        desk.dataset.next = said.next ?? "";
        document.getElementById("progress").textContent = said.progress;
        say("saved");
      }
      return true;
    } catch (error) {
      say(error.message, true);
      return false;
    } finally {
      running = null;
    }
  })();
  return running;
}

async function go(place) {
  if (running && !(await running)) return;
  if (status_.classList.contains("wrong")) return;
  if (place >= 1 && place <= Number(desk.dataset.last)) location.href = `/questions/${place}`;
  else location.href = "/questions";
}

function toggle(code) {
  const isOn = code.ariaPressed !== "true";
  for (const one of codes)
    if (isOn && (code.dataset.alone || one.dataset.alone)) one.ariaPressed = "false";
  code.ariaPressed = String(isOn);
  save();
}

function take(button) {
  const labels = JSON.parse(button.dataset.labels);
  for (const one of codes) one.ariaPressed = String(labels.includes(one.dataset.code));
  save();
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/);
  for (const one of codes) {
    const text = `${one.dataset.code} ${one.title}`.toLowerCase();
    one.hidden = !words.every(word => text.includes(word));
  }
  document.getElementById("codes").classList.toggle("searched", search.value !== "");
}

async function change(form) {
  const said = Object.fromEntries(new FormData(form));
  said.change = form.dataset.change;
  try {
    await send("/codebook", said);
    if (desk && said.change === "add") {
      await running;
      const name = said.code.split(/\s+/).filter(Boolean).join(" ");
      await send("/codebook", { set: said.set, change: "example", code: name, text: desk.dataset.example });
      await saveNow([name]);
    }
    location.reload();
  } catch (error) {
    say(error.message, true);
  }
}

const actions = {
  async undo() {
    await running;
    const said = await send("/undo", {});
    if (said.place) location.href = `/questions/${said.place}`;
    else say("there is nothing to undo");
  },
  next() { go(Number(desk.dataset.next)); },
  async write() { say(`${(await send("/write", {})).written} is written`); },
  async example() {
    const chosen = codes.filter(one => one.ariaPressed === "true" && one.dataset.alone === "");
    for (const one of chosen)
      await send("/codebook", { set: desk.dataset.set, change: "example", code: one.dataset.code, text: desk.dataset.example });
    say(chosen.length ? "kept as an example" : "choose its code first");
  },
};

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  if (button.matches(".code")) toggle(button);
  else if (button.matches(".take")) take(button);
  else if (button.dataset.go) go(Number(button.dataset.go));
  else if (actions[button.id]) Promise.resolve(actions[button.id]()).catch(error => say(error.message, true));
});
document.addEventListener("submit", event => {
  event.preventDefault();
  change(event.target);
});
note?.addEventListener("input", save);
search?.addEventListener("input", filter);

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest("input, textarea");
  if (event.key === "Escape") {
    if (search) search.value = "", filter();
    document.activeElement.blur();
    return;
  }
  if (field === search && search && event.key === "Enter") {
    const found = codes.filter(one => !one.hidden);
    event.preventDefault();
    if (found.length && search.value) {
      toggle(found[0]);
      search.value = "";
      filter();
      search.blur();
    } else if (search.value && document.getElementById("new")) openNew(search.value);
    return;
  }
  if (field || (event.key === "Enter" && event.target.closest("button, summary, a"))) return;
  const focus = { "/": search, n: note }[event.key];
  if (focus) focus.focus();
  else if (event.key === "+" && document.getElementById("new")) openNew("");
  else {
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});

function openNew(name) {
  const form = document.getElementById("new");
  form.open = true;
  form.querySelector("[name=code]").value = name;
  form.querySelector("[name=code]").focus();
}

window.addEventListener("pagehide", () => {
  if (waiting) saveNow();
});
