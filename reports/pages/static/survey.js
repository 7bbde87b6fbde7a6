// A matrix is one stop of the Tab key; arrows lead from cell to cell, and above all of them stands what the cell says.
const told = document.getElementById("told");
for (const section of document.querySelectorAll(".location")) {
  const rows = [...section.querySelectorAll("tbody tr")].map((row) =>
    [...row.querySelectorAll("td")].map((cell) => cell.querySelector("button")));
  const buttons = rows.flat().filter(Boolean);
  const tell = (button) => { told.textContent = button.getAttribute("aria-label"); };

  const enter = (button) => {
    for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
  };

  // The next cell with a pair in that direction; cells of accesses that do not conflict are passed.
  const next = (button, down, right) => {
    let row = rows.findIndex((cells) => cells.includes(button));
    let column = rows[row].indexOf(button);
    do {
      row += down;
      column += right;
    } while (rows[row]?.[column] === null);
    return rows[row]?.[column];
  };

  const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  for (const button of buttons) {
    button.addEventListener("mouseenter", () => tell(button));
    button.addEventListener("focus", () => { enter(button); tell(button); });
    button.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS)) return;
      event.preventDefault();
      next(button, ...ARROWS[event.key])?.focus();
    });
  }
  enter(buttons[0]);
}

// What is folded is printed too.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
