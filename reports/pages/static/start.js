// Putting it together: what is ticked and opened, hints, the size of the window, paper, and the address.

document.documentElement.classList.add("js");

for (const box of document.querySelectorAll("input[name=show]"))
  box.addEventListener("change", () => {
    if (box.checked) view.show.add(box.value);
    else view.show.delete(box.value);
    redraw();
    showPanel();
    writeAddress();
  });

for (const fold of folds)
  fold.addEventListener("toggle", () => { redraw(); search(); writeAddress(); });
ladder.querySelector(".initial").addEventListener("toggle", redraw);

// Hints on a box, for the mouse and for the keyboard: what does not fit into it.
const tip = make("div", { class: "tip", role: "tooltip", id: "tip", hidden: "" });
document.body.append(tip);
function showTip(row) {
  const step = data.steps[Number(row.dataset.step) - 1];
  const events = step.events.map(event => data.events[event].text);
  const lines = [...events, step.where && `${data.where}: ${step.where}`, step.place && `${data.place}: ${step.place}`, step.stack.join(" › ")];
  tip.textContent = lines.filter(Boolean).join("\n");
  tip.hidden = false;
  const box = row.querySelector(".box").getBoundingClientRect();
  const left = Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(left, 8) + scrollX}px`;
  tip.style.top = `${box.bottom + scrollY + 6}px`;
}
for (const row of rows.values()) {
  const box = row.querySelector(".box");
  box.setAttribute("aria-describedby", "tip");
  box.addEventListener("mouseenter", () => showTip(row));
  box.addEventListener("mouseleave", () => { tip.hidden = true; });
  box.addEventListener("focus", () => { if (box.matches(":focus-visible")) showTip(row); });
  box.addEventListener("blur", () => { tip.hidden = true; });
}
document.addEventListener("keydown", event => { if (event.key === "Escape") tip.hidden = true; });

new ResizeObserver(() => { redraw(); showCursor(); }).observe(ladder);

function start() {
  readAddress();
  input.value = view.find;
  for (const box of document.querySelectorAll("input[name=show]")) box.checked = view.show.has(box.value);
  for (const more of document.querySelectorAll(".more")) more.open ||= Boolean(more.querySelector(":checked"));
  // A step that an address names is shown, not only the fold that it is in.
  const fold = rows.get(view.step)?.closest(".fold");
  if (fold) fold.open = true;
  search();
  redraw();
  showStep(true);
}
addEventListener("hashchange", start);
start();
