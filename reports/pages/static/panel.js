// The panel: what happens at the step, what memory holds then, and where each thread is in its modelled code.

function showPanel() {
  const step = data.steps[view.step - 1];
  byId("now").textContent = step
    ? `Step ${view.step} of ${data.steps.length}: ${data.threads[step.thread]} ${step.name}`.trim()
    : "Before the first step";
  byId("brief").textContent = step ? `${view.step} ${data.threads[step.thread]} ${step.name}: ${step.action}` : `before the first of ${data.steps.length} steps`;
  byId("about").replaceChildren(...(step ? about(step) : [make("p", {}, "All locations have their initial values.")]));
  byId("memory").replaceChildren(memoryList(step));
  // The thread that acts comes first: it is what the eye looks for.
  const cards = data.threads.map((name, thread) => card(name, thread)).filter(Boolean);
  byId("threads").replaceChildren(...cards.sort((a, b) => b.matches(".acts") - a.matches(".acts")));
  for (const lines of byId("threads").querySelectorAll(".lines")) {
    const at = lines.querySelector(".at");
    if (at) lines.scrollTop = at.offsetTop - (lines.clientHeight - at.offsetHeight) / 2;
  }
}

function about(step) {
  const found = [make("p", { class: "does mono" }, step.action)];
  if (step.labels.length) found[0].append(" ", make("span", { class: "label" }, step.labels.map(label => `◀ ${label}`).join(" ")));
  for (const event of step.events) {
    const source = data.events[event].source;
    if (source === undefined) continue;
    const line = make("p", {}, "reads what ");
    if (stepOf(source)) line.append(eventLink(source), " wrote: ", make("code", {}, data.events[source].text));
    else line.append("the location held initially");
    found.push(line);
  }
  for (const note of step.notes) found.push(make("p", { class: "note" }, note));
  if (step.where) found.push(make("p", {}, `${data.where}: `, make("span", { class: "mono" }, step.where)));
  if (step.place) found.push(make("p", {}, `${data.place}: `, make("span", { class: "mono" }, step.place)));
  if (step.stack.length > 1) found.push(make("p", { class: "soft" }, `called through ${step.stack.join(" › ")}`));
  const list = related(step);
  if (list.length) found.push(make("ul", { class: "related" }, ...list));
  return found;
}

// The edges of the step: those of the reason, of rf and fr, and of what is drawn.
function related(step) {
  const here = new Set(step.events);
  const found = data.path.map(([source, target, name]) => [source, target, name]);
  for (const name of new Set(["rf", "fr", ...view.show]))
    if (relations.has(name)) for (const [source, target] of pairsOf(name)) found.push([source, target, name]);
  const seen = new Set();
  return found.filter(([source, target, name]) => {
    const key = `${source} ${target} ${name}`;
    const fresh = !seen.has(key) && here.has(source) !== here.has(target);
    seen.add(key);
    return fresh;
  }).map(([source, target, name]) => here.has(source)
    ? make("li", {}, make("code", {}, `${name} →`), " ", eventLink(target))
    : make("li", {}, make("code", {}, `← ${name}`), " ", eventLink(source)));
}

// Memory after the step. The initial values are those of the events without a step.
function memoryAt(number) {
  const memory = new Map(data.initial);
  for (const { change } of data.steps.slice(0, number)) if (change) memory.set(change[0], change[2]);
  return memory;
}

// The values by object: "inode: i_rwsem 1, i_size 0", and "page cache: [0] page A0".
function memoryList(step) {
  const before = memoryAt(Math.max(view.step - 1, 0));
  const objects = new Map();
  for (const [place, value] of memoryAt(view.step)) {
    const [, object, field] = /^(.*?)([.[].*)?$/s.exec(place);
    if (!objects.has(object)) objects.set(object, make("dd"));
    const changed = step?.change?.[0] === place;
    const kind = changed ? "cell now" : step?.reads?.includes(place) ? "cell read" : "cell";
    const cell = make("span", { class: kind, title: place }, make("span", { class: "field" }, (field ?? "").replace(/^\./, "")), " ");
    if (changed) cell.append(make("del", {}, before.get(place)), " → ");
    cell.append(make("b", {}, value));
    objects.get(object).append(cell, " ");
  }
  return make("dl", { class: "memory mono" }, ...[...objects].flatMap(([object, cells]) => [make("dt", {}, object), cells]));
}

// Where the thread is: the line of its last step so far, or of its first.
function card(name, thread) {
  const own = data.steps.map((step, i) => ({ step, number: i + 1 })).filter(({ step }) => step.thread === thread);
  const done = own.filter(({ number }) => number <= view.step);
  const at = done.at(-1) ?? own[0];
  if (!at?.step.code) return null;
  const acts = at.number === view.step;
  const [number, line] = at.step.code;
  const listing = byId(`code-${number}`);
  const words = acts ? "acts" : done.length ? `after step ${at.number}` : "has not begun";
  const title = make("p", { class: "mono", title: at.step.place }, `${name} ${words}: `, make("b", {}, at.step.stack.at(-1) ?? at.step.place));
  const table = make("table", { class: "mono" });
  for (const row of listing.rows) {
    const here = Number(row.dataset.line) === line;
    table.append(make("tr", here ? { class: "at", "aria-current": "true" } : {},
      make("td", { class: "count" }, row.cells[0].textContent), make("td", {}, `${here ? "▸" : " "} ${row.cells[2].textContent}`)));
  }
  const lines = make("div", { class: "lines", tabindex: 0, role: "region", "aria-label": `code of ${name}` }, table);
  return make("div", { class: acts ? "card acts" : "card" }, title, lines);
}
