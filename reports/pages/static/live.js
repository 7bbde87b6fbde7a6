// The state that the page shows, and going to another one: the new page's parts are taken over in place.

document.documentElement.classList.add("js");
const byId = id => document.getElementById(id);
const view = { step: 0, show: new Set(["rf"]) };
let data, ladder, rows, folds, relations;
const stepOf = event => data.events[event].step;

// What the drawing of edges works on (edges.js), of the page that is here now.
function readPage(page) {
  data = JSON.parse(page.getElementById("data").textContent);
  ladder = byId("ladder");
  rows = new Map([...ladder.querySelectorAll(".row")].map(row => [Number(row.dataset.step), row]));
  folds = [];
  relations = new Map(data.relations.map(([name, count, text]) => [name, { count, text, pairs: null }]));
  view.step = data.steps.length;
}

// The pairs of a relation: "3:7-9,12;5:6" is [[3, 7], [3, 8], [3, 9], [3, 12], [5, 6]].
function pairsOf(name) {
  const relation = relations.get(name);
  if (!relation) return [];
  relation.pairs ??= data.texts[relation.text].split(";").flatMap(row => {
    const [source, targets] = row.split(":");
    return targets.split(",").flatMap(run => {
      const [first, last = first] = run.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => [Number(source), first + i]);
    });
  });
  return relation.pairs;
}

// One thing after the other: what a key means is looked up when its turn comes.
let turn = Promise.resolve();
const inTurn = act => { turn = turn.then(act).catch(lost); return turn; };

function lost(error) {
  console.info(String(error));
  complain("The server does not answer. Is sealrace serve still running? The address of this page shows the state again.");
}

function complain(words) {
  tellStatus(words, "lost");
}

function tellStatus(words, kind = "soft") {
  byId("said").className = kind;
  byId("said").textContent = words;
}

// Where a jump from far down the page ends: at what has come out.
function land() {
  byId("now").scrollIntoView({ block: "start" });
  byId("now").focus({ preventScroll: true });
}

// Goes to the state at an address; "push" makes an entry of the history, so that the browser's Back returns.
async function go(address, { push = true, method = "GET" } = {}) {
  const answer = await fetch(address, { method });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("data")) {
    if (method === "GET") location.assign(answer.url);
    else complain(page.querySelector(".problem")?.innerText ?? answer.statusText);
    return;
  }
  if (push && answer.url !== location.href) history.pushState(null, "", answer.url);
  take(page);
}

function take(page) {
  const thread = document.activeElement?.closest(".thread")?.id;
  const id = document.activeElement?.id;
  const open = [...document.querySelectorAll("details[id]")].filter(each => each.open).map(each => each.id);
  const heights = new Map([...document.querySelectorAll(".past")].map(each => ["past", each.scrollTop]));
  const kept = byId("onward");
  document.title = page.title;
  byId("head").replaceWith(page.getElementById("head"));
  const main = page.getElementById("main");
  main.querySelector("#onward").replaceWith(kept);
  byId("main").replaceWith(main);
  for (const each of open) if (byId(each)) byId(each).open = true;
  document.querySelector(".past").scrollTop = heights.get("past") ?? 0;
  readPage(page);
  shown();
  said();
  // The focus stays with the thread that acts: on its next step, or on what has come out.
  const next = thread && (byId(thread)?.querySelector(".offer") ?? byId("now"));
  (next || (id && byId(id)) || byId("now")).focus({ preventScroll: true });
}

function said() {
  byId("said").className = "unseen";
  byId("said").textContent = data.said;
}

readPage(document);
