// Putting it together: clicks, filters, and the address, in which an open cell and the filters can be mailed.
//
// An address is #CELL&with=OTHER&fix=recheck&text=inode, each part only where it is needed.

// An opened cell is a place of its own, which the browser's Back leaves.
function writeAddress({ opens = false } = {}) {
  const parts = [];
  if (panel.open && opened) {
    parts.push(opened.square.hash.slice(1));
    if (beside && beside !== withoutFix(opened)) parts.push(`with=${beside.square.hash.slice(1)}`);
  }
  for (const [name, value] of Object.entries(chosen())) parts.push(`${name}=${encodeURIComponent(value)}`);
  history[opens ? "pushState" : "replaceState"](null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search);
}

function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readAddress() {
  const values = {};
  let wanted = null;
  let missing = "";
  for (const part of location.hash.slice(1).split("&")) {
    const at = part.indexOf("=");
    if (at < 0) {
      wanted = cellOfKey.get(plain(part)) ?? null;
      if (/-.*-/.test(part) && !wanted && !document.getElementById(plain(part))) missing = `${plain(part)} is no cell of this run.`;
    }
    else values[part.slice(0, at)] = plain(part.slice(at + 1));
  }
  const left = choose(values);
  showFiltered();
  if (left.length) missing = `This run has no ${left.join(", no ")}.`;
  document.getElementById("missing").textContent = missing;
  if (wanted) openCell(wanted, cellOfKey.get(values.with));
  else if (panel.open) panel.close();
}

matrix.addEventListener("click", event => {
  const cell = cellOfSquare.get(event.target.closest("a"));
  if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openCell(cell);
  writeAddress({ opens: true });
});
panel.addEventListener("click", event => { if (event.target === panel) panel.close(); });
panel.addEventListener("close", () => {
  const cell = opened;
  opened = beside = null;
  writeAddress();
  if (cell && linkIn(cell.square.parentElement)) cell.square.focus();
});
form.addEventListener("input", () => { showFiltered(); writeAddress(); });
form.addEventListener("submit", event => event.preventDefault());
// The fields are empty only once the event is over.
form.addEventListener("reset", () => setTimeout(() => { showFiltered(); writeAddress(); }));
addEventListener("hashchange", readAddress);

// The browser goes to the verdict in the list that an address names; what is opened is its square.
addEventListener("load", () => requestAnimationFrame(() => { if (opened) showSquare(opened); }));

form.hidden = false;
for (const element of document.querySelectorAll(".js-only")) element.hidden = false;
readAddress();
