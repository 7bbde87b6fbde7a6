// Filters: which cells are shown in the picture and in the list, and how many they are.

const form = document.getElementById("filters");
const fields = [...names, "verdict", "text", "surprises"];

const isBroken = (cell, word) => cell.word === word || cell.counts.has(word);
const told = new Map(cells.map(cell => [cell, [
  titleOf(cell), cell.word, cell.verdict, cell.declared, cell.entry.textContent,
  ...cell.kinds.flatMap(kind => [kind.property, kind.places, kind.sentence]), ...cell.more,
].join("\n").toLowerCase()]));

function chosen() {
  const values = {};
  for (const name of fields) {
    const field = form.elements[name];
    const value = field.type === "checkbox" ? (field.checked ? "only" : "") : field.value.trim();
    if (value) values[name] = value;
  }
  return values;
}

// Sets the fields; gives what an address names and this run does not have: then all are shown.
function choose(values) {
  const left = [];
  for (const name of fields) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = values[name] === "only";
    else field.value = values[name] ?? "";
    if (field.selectedIndex === -1) {
      left.push(`${name} ${values[name]}`);
      field.value = "";
    }
  }
  return left;
}

function matching(values) {
  const parts = (values.text ?? "").toLowerCase().split(/\s+/);
  return new Set(cells.filter(cell =>
    names.every(name => !values[name] || cell[name] === values[name])
    && (!values.verdict || isBroken(cell, values.verdict))
    && (!values.surprises || cell.declared === "not as declared")
    && parts.every(part => told.get(cell).includes(part))));
}

// Rows and columns of a table without a match are hidden, other cells without one are emptied; null shows all.
function showIn(lines, heads, found) {
  const column = new Set([0]);
  for (const row of lines) {
    let some = false;
    for (const td of row.cells) {
      const match = !found || found.has(td);
      td.classList.toggle("out", td.tagName === "TD" && !match);
      if (td.tagName === "TD" && match) { some = true; column.add(td.cellIndex); }
    }
    row.hidden = !some;
  }
  for (const row of lines) for (const td of row.cells) td.hidden = !column.has(td.cellIndex);
  heads.forEach((head, i) => { head.hidden = !column.has(i + 1); });
  return column.size > 1;
}

function showPicture(found) {
  const [scenarios, models] = matrix.tHead.rows;
  const heads = [...models.cells];
  showIn(rows, heads, found && new Set([...found].map(cell => cell.square.parentElement)));
  const each = heads.length / (scenarios.cells.length - 1);
  [...scenarios.cells].slice(1).forEach((head, i) => {
    const group = heads.slice(i * each, (i + 1) * each);
    const seen = group.filter(model => !model.hidden);
    head.hidden = !seen.length;
    head.colSpan = Math.max(seen.length, 1);
    group.forEach((model, at) => {
      const first = model === seen[0];
      model.classList.toggle("g", first);
      for (const row of rows) row.cells[i * each + at + 1].classList.toggle("g", first);
    });
  });
  for (const body of matrix.tBodies) body.hidden = [...body.rows].slice(1).every(row => row.hidden);
  const stop = matrix.querySelector('td a[tabindex="0"]');
  const seen = squares.filter(square => linkIn(square.parentElement) && !square.closest("tr").hidden);
  if (seen.length && !seen.includes(stop)) stopAt(seen[0]);
}

function showList(found) {
  const entries = found && new Set([...found].map(cell => cell.entry));
  for (const section of document.querySelectorAll("main section")) {
    let some = false;
    for (const table of section.querySelectorAll("table.verdicts")) {
      const shown = showIn([...table.tBodies[0].rows], [...table.tHead.rows[0].cells].slice(1), entries);
      table.parentElement.hidden = !shown;
      some ||= shown;
    }
    section.hidden = !some;
    const link = document.querySelector(`nav a[href="#${section.querySelector("h2").id}"]`);
    if (link) link.hidden = !some;
  }
}

function showFiltered() {
  const values = chosen();
  const active = Object.keys(values).length > 0;
  const found = matching(values);
  showPicture(active ? found : null);
  showList(active ? found : null);
  form.elements.count.value = active ? `${found.size.toLocaleString("en")} of ${plural(cells.length, "cell")}` : plural(cells.length, "cell");
  form.elements.count.classList.toggle("none", active && !found.size);
}
