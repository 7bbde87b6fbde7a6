// On paper: the ladder has the width of a page, and each row carries its own slice of the edges, so that a page may end
// between any two rows.

const PAPER = 690; // CSS pixels between the margins of a sheet of A4

// Rows of a closed fold have their places all the same.
const isShown = part => part.offsetHeight && (part.matches("summary") || !part.closest(".fold:not([open])"));

function toPaper() {
  ladder.classList.add("paper");
  redraw();
  const parts = [...ladder.querySelectorAll(".heads, .initial, .row, .fold > summary, .seal")].filter(isShown);
  const top = ladder.getBoundingClientRect().top;
  const tops = parts.map(part => part.getBoundingClientRect().top - top).concat(ladder.clientHeight);
  parts.forEach((part, i) => {
    const height = tops[i + 1] - tops[i];
    const slice = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ class: "slice", width: PAPER, height, viewBox: `0 ${tops[i]} ${PAPER} ${height}` }))
      slice.setAttribute(name, value);
    slice.append(...[...edges.children].map(child => child.cloneNode(true)));
    (part.querySelector("summary") ?? part).append(slice); // what is not in the summary of closed details is not drawn
  });
}

function fromPaper() {
  for (const slice of ladder.querySelectorAll(".slice")) slice.remove();
  ladder.classList.remove("paper");
  redraw();
}

addEventListener("beforeprint", toPaper);
addEventListener("afterprint", fromPaper);
