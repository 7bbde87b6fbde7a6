// Walking: the current step, by buttons, slider, keys, a click on a box, or by itself.

const PACE = 900; // milliseconds from step to step when playing
const end = data.steps.length;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const reasons = [...rows].filter(([, row]) => row.classList.contains("path")).map(([step]) => step);
let playing = null;

function goTo(step, { scroll = true } = {}) {
  view.step = Math.min(Math.max(step, 0), end);
  showStep(scroll);
  writeAddress();
}

function showStep(scroll) {
  for (const [number, row] of rows) {
    row.classList.toggle("now", number === view.step);
    row.classList.toggle("future", view.step > 0 && number > view.step);
    const box = row.querySelector(".box");
    if (number === view.step) box.setAttribute("aria-current", "step");
    else box.removeAttribute("aria-current");
  }
  for (const fold of folds) fold.classList.toggle("now", Boolean(fold.querySelector(".row.now")));
  byId("slider").value = view.step;
  showPanel();
  byId("slider").setAttribute("aria-valuetext", byId("brief").textContent);
  showCursor();
  if ([...view.show].some(name => pairsOf(name).length > CROWD)) redraw();
  if (scroll && view.step) intoSight(shownBox(view.step));
}

// Scrolls as little as it takes, and not at all to what is in sight.
function intoSight(box) {
  const { top, bottom } = box.getBoundingClientRect();
  const below = matchMedia("(max-width: 1099px)").matches ? 150 : 40;
  if (top >= 60 && bottom <= innerHeight - below) return;
  const target = scrollY + top - innerHeight / 2;
  scrollTo({ top: target, behavior: calm.matches || playing ? "instant" : "smooth" });
}

function showCursor() {
  const strips = byId("strips");
  if (!strips) return;
  for (const span of strips.querySelectorAll(".span")) {
    const first = Number(span.style.gridColumnStart) - 1;
    span.classList.toggle("now", view.step > 0 && first === view.step);
  }
  const spans = strips.querySelector(".spans");
  const cursor = byId("cursor");
  cursor.hidden = !spans || view.step === 0;
  if (cursor.hidden) return;
  const width = spans.clientWidth / (end + 1);
  cursor.style.left = `${spans.offsetLeft + view.step * width}px`;
  cursor.style.width = `${Math.max(width, 3)}px`;
}

function play(on) {
  clearInterval(playing);
  playing = null;
  if (on) {
    if (view.step >= end) goTo(0);
    playing = setInterval(() => {
      goTo(view.step + 1);
      if (view.step >= end) play(false);
    }, PACE);
  }
  byId("play").textContent = playing ? "❚❚" : "▶▶";
  byId("play").setAttribute("aria-label", playing ? "stop" : "play");
}

const walk = step => { play(false); goTo(step); };
const nextReason = () => walk(reasons.find(step => step > view.step) ?? reasons[0] ?? view.step);
const lastReason = () => walk(reasons.findLast(step => step < view.step) ?? reasons.at(-1) ?? view.step);

byId("first").addEventListener("click", () => walk(0));
byId("back").addEventListener("click", () => walk(view.step - 1));
byId("on").addEventListener("click", () => walk(view.step + 1));
byId("last").addEventListener("click", () => walk(end));
byId("play").addEventListener("click", () => play(!playing));
byId("reason").addEventListener("click", nextReason);
byId("slider").addEventListener("input", event => walk(Number(event.target.value)));
for (const [step, row] of rows)
  row.querySelector(".box").addEventListener("click", () => { play(false); goTo(step, { scroll: false }); });

const KEYS = {
  ArrowRight: () => walk(view.step + 1), j: () => walk(view.step + 1),
  ArrowLeft: () => walk(view.step - 1), k: () => walk(view.step - 1),
  Home: () => walk(0), End: () => walk(end),
  n: nextReason, p: lastReason,
  " ": () => play(!playing),
  "/": () => byId("find").focus(),
  Escape: () => play(false),
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.matches("input[type=search]");
  const pressing = event.key === " " && event.target.matches("button, summary, input");
  const scrolling = event.key.startsWith("Arrow") && event.target.matches("input[type=range]");
  const act = KEYS[event.key];
  if (!act || typing || pressing || scrolling) return;
  event.preventDefault();
  act();
});
