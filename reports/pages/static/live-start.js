// What is to be done whenever a page has come: the first one, and each that is taken over.

const sizes = new ResizeObserver(() => redraw());

function shown() {
  ladder.prepend(edges);
  for (const box of document.querySelectorAll("input[name=show]")) {
    box.checked = view.show.has(box.value);
    box.addEventListener("change", () => {
      if (box.checked) view.show.add(box.value);
      else view.show.delete(box.value);
      redraw();
    });
  }
  rows.get(view.step)?.classList.add("now");
  ladder.querySelector(".initial").addEventListener("toggle", redraw);
  for (const lines of document.querySelectorAll(".thread .lines")) {
    const at = lines.querySelector(".at");
    if (at) lines.scrollTop = at.offsetTop - (lines.clientHeight - at.offsetHeight) / 2;
  }
  for (const [id, able] of [["undo", data.taken], ["restart", data.taken], ["step", data.current !== null], ["on", data.current !== null], ["all", data.current !== null]])
    byId(id).setAttribute("aria-disabled", String(!able));
  sizes.disconnect();
  sizes.observe(ladder);
  redraw();
  showMarks();
  markTaken();
  const past = document.querySelector(".past");
  past.scrollTop = past.scrollHeight;
}

shown();
