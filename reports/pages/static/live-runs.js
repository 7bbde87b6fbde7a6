// Runs from a state: the server sends how far it is; a histogram shows it, and each bar leads to its first execution.

let running = null;
let taken = null; // the address that the bar taken last leads to

function run(how) {
  halt();
  taken = null;
  const form = byId("runs");
  if (how === "random" && !form.reportValidity()) return;
  const url = new URL(`/run${data.path_here.slice(3)}`, location.href);
  url.protocol = "ws:";
  url.searchParams.set("how", how);
  if (how === "random") for (const name of ["runs", "seed"]) url.searchParams.set(name, form.elements[name].value);
  const from = make("a", { href: data.path_here }, data.taken ? `after ${data.taken} steps` : "from the start");
  const socket = running = new WebSocket(url);
  byId("halt").hidden = false;
  byId("bars").replaceChildren();
  tell(from, "starting");
  socket.addEventListener("message", event => { if (running === socket) progress(JSON.parse(event.data), from); });
  socket.addEventListener("close", () => {
    if (running !== socket) return;
    ended();
    if (!socket.told) tell(from, "the server has ended it");
  });
}

function ended() {
  running = null;
  byId("halt").hidden = true;
}

function halt() {
  running?.close();
  if (running) ended();
}

const tell = (from, words) => byId("progress").replaceChildren(from, `: ${words}`);

function progress(found, from) {
  tell(from, found.words);
  if (found.over) { running.told = true; halt(); }
  const most = Math.max(...found.bars.map(bar => bar.executions), 1);
  byId("bars").replaceChildren(...found.bars.map(bar => barLine(bar, found.executions, most)));
  markTaken();
}

function markTaken() {
  for (const link of document.querySelectorAll("#bars a")) {
    const bar = link.closest("li"), is = link.getAttribute("href") === taken;
    bar.classList.toggle("taken", is);
    link.textContent = is ? "taken: go there again" : "go there";
  }
}

function barLine(bar, all, most) {
  const words = [make("b", {}, bar.executions.toLocaleString("en")), ` (${(100 * bar.executions / all).toFixed(1)}%) `];
  if (bar.breaks.length) words.push(make("span", { class: "breaks" }, bar.breaks.join(", ")), " ");
  const length = make("span", { class: "length", "aria-hidden": "true" });
  length.style.width = `${100 * bar.executions / most}%`;
  const to = bar.path ? make("a", { href: bar.path }, "go there") : make("span", { class: "soft" }, "no steps lead there: it goes round in a circle");
  return make("li", bar.breaks.length ? { class: "bad" } : {}, ...words, length, bar.words, " ", to);
}
