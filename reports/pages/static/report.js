// The report as the page holds it, and what the person looks at: the step, what is drawn, what is open, what is sought.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);
const ladder = byId("ladder");
const rows = new Map([...ladder.querySelectorAll(".row")].map(row => [Number(row.dataset.step), row]));
const folds = [...ladder.querySelectorAll(".fold")];
const stepOf = event => data.events[event].step;

const view = { step: 0, show: new Set(), find: "" };

// The pairs of a relation: "3:7-9,12;5:6" is [[3, 7], [3, 8], [3, 9], [3, 12], [5, 6]].
function unpack(text) {
  const pairs = [];
  for (const row of text.split(";")) {
    const [source, targets] = row.split(":");
    for (const run of targets.split(",")) {
      const [first, last = first] = run.split("-").map(Number);
      for (let target = first; target <= last; target++) pairs.push([Number(source), target]);
    }
  }
  return pairs;
}

const relations = new Map(data.relations.map(([name, count, text]) => [name, { name, count, text, pairs: null }]));
function pairsOf(name) {
  const relation = relations.get(name);
  relation.pairs ??= unpack(data.texts[relation.text]);
  return relation.pairs;
}

// An event in running text, with a link to its step.
function eventLink(event) {
  const step = stepOf(event);
  if (!step) return document.createTextNode(`initial ${data.events[event].text}`);
  const { thread, name } = data.steps[step - 1];
  return make("a", { href: `#step=${step}` }, `${data.threads[thread]} ${name || ""} (step ${step})`.replace("  ", " "));
}

// What the address says, and an address that says what is looked at: "#step=17&show=fr,co&open=3&find=seals".
function readAddress() {
  const parts = new Map(location.hash.slice(1).split("&").map(part => part.split("=")));
  const list = name => (parts.get(name) ?? "").split(",").map(decoded);
  const step = Number(parts.get("step") ?? 0);
  view.step = Number.isInteger(step) ? Math.min(Math.max(step, 0), data.steps.length) : 0;
  view.show = new Set(list("show").filter(name => relations.has(name)));
  view.find = list("find").join(",");
  const open = new Set(list("open"));
  for (const fold of folds) fold.open = open.has(fold.dataset.fold);
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function writeAddress() {
  const open = folds.filter(fold => fold.open).map(fold => fold.dataset.fold);
  const parts = [
    ["step", view.step || ""],
    ["show", [...view.show].map(encodeURIComponent).join(",")],
    ["open", open.join(",")],
    ["find", encodeURIComponent(view.find)],
  ];
  const hash = parts.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${value}`).join("&");
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}
