// One cell opened: verdict, numbers, sizes, versions, the command, every execution, and another cell beside it.

const panel = document.getElementById("cell");
let opened = null;
let beside = null;

// The same cell without a fix; nothing for that cell itself.
function withoutFix(cell) {
  const row = cells.filter(other => ["scenario", "protocol", "model"].every(name => other[name] === cell[name]));
  const first = row.find(other => other.fix === "none") ?? row[0];
  return first === cell ? null : first;
}

function openCell(cell, other) {
  opened = cell;
  beside = other ?? withoutFix(cell);
  panel.replaceChildren(heading(cell), ...verdictOf(cell), ...executionsOf(cell), ...reproduce(cell), ...besideOf(cell), facts(cell));
  if (!panel.open) panel.showModal();
  showSquare(cell);
  panel.scrollTop = 0;
}

function showSquare(cell) {
  cell.square.scrollIntoView({ block: "center", inline: "center" });
}

function heading(cell) {
  const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  close.addEventListener("click", () => panel.close());
  return make("header", {}, make("h2", { id: "cell-title" }, titleOf(cell)), close);
}

function verdictOf(cell) {
  const copied = [...cell.entry.children].filter(part => !part.matches("a, .examples, .remarks, .unexpected")).map(part => part.cloneNode(true));
  const line = make("p", { class: "verdict" });
  for (const part of copied) line.append(part, " ");
  if (cell.declared) line.append(make("span", { class: cell.declared === "not as declared" ? "unexpected" : "soft" }, cell.declared));
  return [line, ...cell.more.map(note => make("p", { class: "soft" }, note))];
}

function executionsOf(cell) {
  const items = linksOf(cell).map((link, i) => {
    const each = cell.kinds[i];
    const item = make("li", {}, link.cloneNode(true));
    if (each)
      item.append(` ${plural(each.executions, "execution")} `, make("span", { class: "sentence" }, each.sentence), make("span", { class: "places mono" }, each.places));
    return item;
  });
  const parts = items.length ? [make("h3", {}, "Executions"), make("ul", { class: "kinds" }, ...items)] : [];
  if (cell.run && items.length)
    parts.push(make("p", { class: "soft" }, "All of them, one a line: ", make("a", { href: cell.run }, decodeURIComponent(cell.run))));
  const reached = cell.entry.querySelector(".examples");
  if (reached)
    parts.push(make("h3", {}, "Executions"), make("p", {}, ...[...reached.childNodes].map(part => part.cloneNode(true))));
  const flags = cell.entry.querySelector(".remarks");
  if (flags) parts.push(make("p", { class: "flags" }, ...[...flags.childNodes].map(part => part.cloneNode(true))));
  return parts;
}

function reproduce(cell) {
  // Lines end before an option, never within one.
  const parts = cell.command.split(/ (?=--)/).flatMap(part => [make("span", {}, part), " "]).slice(0, -1);
  const command = make("pre", { tabindex: "0", "aria-label": "Command" }, ...parts);
  const copy = make("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(cell.command);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
      copy.textContent = "Selected";
    }
  });
  return [make("h3", {}, "Reproduce"), make("div", { class: "command" }, command, copy)];
}

function facts(cell) {
  const known = [["sizes and bounds", cell.sizes], [`rules of ${cell.model}`, cell.rules && `hash ${cell.rules}`], ["sealrace", data.tool]];
  const list = make("dl", {});
  for (const [name, value] of known) if (value) list.append(make("dt", {}, name), make("dd", { class: "mono" }, value));
  return list;
}

function besideOf(cell) {
  const result = make("div", { class: "comparison", "aria-live": "polite" });
  const selects = names.map(name => {
    const select = make("select", { name, "aria-label": name });
    for (const value of new Set(cells.map(each => each[name]))) select.append(make("option", {}, value));
    select.value = (beside ?? cell)[name];
    return select;
  });
  const show = () => {
    const wanted = Object.fromEntries(selects.map(select => [select.name, select.value]));
    const other = findCell(wanted);
    beside = other === cell ? null : other ?? null;
    if (beside) result.replaceChildren(...comparison(beside, cell));
    else result.replaceChildren(make("p", { class: "soft" }, other ? "This is the cell itself: choose another fix, or another model." : "There is no such cell in this run."));
  };
  for (const select of selects) select.addEventListener("change", () => { show(); writeAddress(); });
  show();
  const labels = selects.map(select => make("label", {}, `${select.name} `, select));
  return [make("h3", {}, "Compared with"), make("div", { class: "filters" }, ...labels), result];
}
