// Two cells side by side: verdicts, numbers, and which kinds of violation are gone, kept and new.

// Kinds of two cells are the same where their numbers are.
function compareKinds(before, after) {
  const numbers = cell => new Set(cell.kinds.map(each => each.kind));
  const [old, recent] = [numbers(before), numbers(after)];
  return {
    gone: before.kinds.filter(each => !recent.has(each.kind)),
    kept: after.kinds.filter(each => old.has(each.kind)),
    new: after.kinds.filter(each => !old.has(each.kind)),
  };
}

const linksOf = cell => [...cell.entry.children].filter(element => element.tagName === "A");

// The page of the execution that shows a kind in a cell.
function linkTo(cell, number, label) {
  const link = linksOf(cell)[cell.kinds.findIndex(each => each.kind === number)];
  return link ? make("a", { href: link.getAttribute("href") }, label) : "";
}

function numbersOf(before, after) {
  const properties = new Set([...before.counts.keys(), ...after.counts.keys()]);
  const row = (name, one, other) => make("tr", {},
    make("th", { scope: "row" }, name), make("td", {}, one), make("td", one === other ? {} : { class: "changed" }, other));
  const number = count => (count ?? 0).toLocaleString("en");
  return make("table", { class: "beside" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, ""),
      make("th", { scope: "col" }, difference(before, after)), make("th", { scope: "col" }, difference(after, before)))),
    make("tbody", {}, row("verdict", before.word, after.word), row("executions", number(before.executions), number(after.executions)),
      ...[...properties].map(name => row(name, number(before.counts.get(name)), number(after.counts.get(name))))));
}

// What tells a cell from another: fix none, lkmm.
function difference(cell, other) {
  const parts = names.filter(name => cell[name] !== other[name]).map(name => name === "fix" ? `fix ${cell.fix}` : cell[name]);
  return parts.join(", ") || titleOf(cell);
}

function kindItem(word, each, before, after) {
  const old = before.kinds.find(other => other.kind === each.kind);
  const recent = after.kinds.find(other => other.kind === each.kind);
  const counts = [old, recent].filter(Boolean).map(other => other.executions.toLocaleString("en")).join(" → ");
  const links = [old && linkTo(before, each.kind, "before"), recent && linkTo(after, each.kind, "after")].filter(Boolean);
  return make("li", { class: word },
    make("b", {}, `${word}: ${each.property}`), ` ${counts} ${(recent ?? old).executions === 1 ? "execution" : "executions"} `, ...links.flatMap(link => [link, " "]),
    make("span", { class: "sentence" }, each.sentence), make("span", { class: "places mono" }, each.places));
}

function comparison(before, after) {
  const found = compareKinds(before, after);
  const all = Object.entries(found).flatMap(([word, kinds]) => kinds.map(each => kindItem(word, each, before, after)));
  const counts = Object.entries(found).map(([word, kinds]) => `${kinds.length} ${word}`).join(", ");
  const unfinished = [before, after].filter(cell => cell.verdict === "INCOMPLETE" || cell.entry.querySelector(".limit"));
  const changed = names.filter(name => before[name] !== after[name]);
  const parts = [numbersOf(before, after)];
  if (changed.length > 1)
    parts.push(make("p", { class: "limit" }, `${changed.join(" and ")} differ: what changes cannot be put down to one of them.`));
  parts.push(make("p", { class: "outcome" }, all.length ? `Kinds of violation: ${counts}.` : "No violation in either."));
  if (unfinished.length)
    parts.push(make("p", { class: "limit" }, "Not every execution was explored: what is missing may only not have been met."));
  return [...parts, make("ul", { class: "kinds" }, ...all)];
}
