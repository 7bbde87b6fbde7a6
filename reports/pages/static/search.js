// Finding: steps whose text has what is typed, in boxes and in folds.

const input = byId("find");
const haystacks = data.steps.map(step =>
  [data.threads[step.thread], step.name, step.action, step.where, step.place, ...step.stack, ...step.notes, ...step.labels]
    .join("\n").toLowerCase());
let found = [];

function search() {
  view.find = input.value;
  const needle = view.find.trim().toLowerCase();
  found = needle ? haystacks.flatMap((text, i) => (text.includes(needle) ? [i + 1] : [])) : [];
  for (const [step, row] of rows) row.classList.toggle("found", found.includes(step));
  for (const fold of folds) fold.classList.toggle("found", !fold.open && Boolean(fold.querySelector(".row.found")));
  byId("found").textContent = needle ? `${found.length} of ${end} steps` : "";
}

// Goes to the next step found, around the end, and opens the fold that it is in.
function nextFound(back = false) {
  if (!found.length) return;
  const step = back
    ? found.findLast(each => each < view.step) ?? found.at(-1)
    : found.find(each => each > view.step) ?? found[0];
  const fold = rows.get(step).closest(".fold");
  if (fold) fold.open = true;
  walk(step);
}

input.addEventListener("input", () => { search(); writeAddress(); });
input.addEventListener("keydown", event => {
  if (event.key === "Enter") nextFound(event.shiftKey);
  else if (event.key === "Escape") { input.value = ""; search(); writeAddress(); input.blur(); }
});
byId("find-next").addEventListener("click", () => nextFound());
