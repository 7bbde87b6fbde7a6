// Break points and watched locations: this window's own, and kept in it (sessionStorage) from state to state.

const marks = { stops: [], watched: [], ...kept() };

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem("sealrace") ?? "{}");
    return Object.fromEntries(["stops", "watched"].map(name => [name, (found[name] ?? []).map(String)]));
  } catch { return {}; }
}

function toggle(name, value) {
  marks[name] = marks[name].includes(value) ? marks[name].filter(each => each !== value) : [...marks[name], value];
  sessionStorage.setItem("sealrace", JSON.stringify(marks));
  showMarks();
}

// A break point is "file:line", or "@location" for every access of one.
function withStops(address) {
  const url = new URL(address, location.href);
  for (const stop of marks.stops)
    url.searchParams.append(stop.startsWith("@") ? "location" : "line", stop.replace(/^@/, ""));
  return url.href;
}

function showMarks() {
  for (const stop of document.querySelectorAll(".stop"))
    stop.setAttribute("aria-pressed", marks.stops.includes(stop.dataset.stop));
  for (const cell of document.querySelectorAll(".cell"))
    cell.setAttribute("aria-pressed", marks.watched.includes(cell.dataset.watch));
  const chips = marks.stops.map(stop => {
    const chip = make("button", { type: "button", title: "remove this break point" }, `${stop.replace(/^@/, "")} ✕`);
    chip.addEventListener("click", () => toggle("stops", stop));
    return chip;
  });
  byId("stops").replaceChildren(...(chips.length ? ["break points:", ...chips] : []));
  const lines = marks.watched.filter(place => place in data.initial).map(watchLine);
  byId("watched").replaceChildren(...(lines.length ? [make("table", { class: "watched", "aria-label": "Watched locations" }, make("tbody", {}, ...lines))] : []));
}

function watchLine(place) {
  const changes = data.changes[place] ?? [];
  const values = [data.initial[place], ...changes.map(([, value]) => value)];
  const changed = changes.at(-1)?.[0] === data.steps.length && data.steps.length > 0;
  const stop = make("input", { type: "checkbox" });
  stop.checked = marks.stops.includes(`@${place}`);
  stop.addEventListener("change", () => toggle("stops", `@${place}`));
  const off = make("button", { type: "button", "aria-label": `watch ${place} no more` }, "✕");
  off.addEventListener("click", () => toggle("watched", place));
  return make("tr", changed ? { class: "now" } : {},
    make("td", { class: "mono" }, place),
    make("td", { class: "mono" }, make("span", { class: "past-values" }, values.slice(0, -1).map(value => `${value} → `).join("")), make("span", { class: "value" }, values.at(-1))),
    make("td", {}, make("label", {}, stop, " break at accesses")), make("td", {}, off));
}
