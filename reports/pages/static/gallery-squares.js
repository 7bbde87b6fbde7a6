// The squares as one stop of the Tab key: arrow keys walk them, Home and End go to the ends of a row.

const rows = [...matrix.tBodies].flatMap(body => [...body.rows].filter(row => row.className !== "protocol"));

function linkIn(td) {
  const link = td?.firstElementChild;
  return link && !td.hidden && !td.classList.contains("out") ? link : null;
}

function nextSquare(from, key, all) {
  const td = from.parentElement;
  const row = td.parentElement;
  const inRow = [...row.cells].map(linkIn);
  const inColumn = rows.filter(each => !each.hidden).map(each => linkIn(each.cells[td.cellIndex]));
  const seen = squares.filter(each => linkIn(each.parentElement) && !each.closest("tr").hidden);
  const after = (list, step) => {
    for (let i = list.indexOf(from) + step; i >= 0 && i < list.length; i += step) if (list[i]) return list[i];
    return null;
  };
  switch (key) {
    case "ArrowRight": return after(inRow, 1);
    case "ArrowLeft": return after(inRow, -1);
    case "ArrowDown": return after(inColumn, 1);
    case "ArrowUp": return after(inColumn, -1);
    case "Home": return all ? seen[0] : inRow.find(Boolean);
    case "End": return all ? seen.at(-1) : inRow.findLast(Boolean);
    default: return null;
  }
}

// The one square that Tab comes to.
function stopAt(square) {
  for (const each of matrix.querySelectorAll('td a[tabindex="0"]')) each.tabIndex = -1;
  square.tabIndex = 0;
}

for (const square of squares) square.tabIndex = -1;
if (squares.length) stopAt(squares[0]);
matrix.addEventListener("focusin", event => { if (cellOfSquare.has(event.target)) stopAt(event.target); });
matrix.addEventListener("keydown", event => {
  if (!cellOfSquare.has(event.target) || event.altKey || event.metaKey) return;
  const square = nextSquare(event.target, event.key, event.ctrlKey);
  if (!square) return;
  event.preventDefault();
  square.focus();
});
