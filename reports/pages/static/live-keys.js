// Walking by clicks and keys: steps, back, on.

let redo = []; // addresses that were left by undo, the last one on top

const leave = address => { redo = []; return go(address); };
function undo() {
  if (!data.taken) return undefined;
  redo.push(location.href);
  return go(`${data.path_here}/back/${data.taken - 1}`);
}
function next() {
  if (redo.length) return go(redo.pop());
  return data.current === null ? undefined : leave(data.first[data.current]);
}
const restart = () => leave(`${data.path_here}/back/0`);
const runOn = thread => thread === null ? undefined : leave(withStops(`${data.path_here}/on?thread=${thread}`));
const runAll = () => leave(withStops(`${data.path_here}/on`));
const first = thread => data.first[thread] ? leave(data.first[thread]) : tellStatus(data.idle[thread] ?? `There is no thread ${thread + 1}.`);

const BUTTONS = { restart, undo, step: next, on: () => runOn(data.current), all: runAll };

document.addEventListener("click", event => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const target = event.target.closest("a, button");
  if (!target) return;
  const act = actOf(target);
  if (!act) return;
  event.preventDefault();
  act();
});

function actOf(target) {
  const { stop, watch, run: thread } = target.dataset;
  if (stop) return () => toggle("stops", stop);
  if (watch) return () => toggle("watched", watch);
  if (target.id === "every") return () => run("all");
  if (target.id === "random") return () => run("random");
  if (target.id === "halt") return () => { halt(); byId("progress").append(" (stopped)"); };
  if (target.id in BUTTONS) return () => inTurn(BUTTONS[target.id]);
  if (thread) return () => inTurn(() => runOn(Number(thread)));
  if (target.matches(".row .box")) return () => backTo(Number(target.closest(".row").dataset.step));
  const href = target.getAttribute("href") ?? "";
  const number = /^#step=(\d+)$/.exec(href);
  if (number) return () => backTo(Number(number[1]));
  if (target.closest("#bars")) return () => inTurn(async () => { taken = href; await leave(href); land(); });
  if (href.startsWith("/at/")) return () => inTurn(() => leave(href));
  return null;
}

// Back to after a step of the ladder; what came later can be taken again, step by step.
function backTo(step) {
  inTurn(() => {
    const moves = step ? data.moves[step - 1] : 0;
    redo = [];
    for (let more = data.taken; more > moves; more--)
      redo.push(more === data.taken ? location.href : `${data.path_here}/back/${more}`);
    return go(`${data.path_here}/back/${moves}`);
  });
}

const KEYS = {
  ArrowRight: next, j: next, ArrowLeft: undo, k: undo, Home: restart, End: runAll, " ": () => runOn(data.current),
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("select, input")) return;
  if (event.target.matches(".stop") && /^Arrow(Up|Down)$/.test(event.key)) {
    event.preventDefault();
    const row = event.target.closest("tr");
    (event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling)?.querySelector(".stop").focus();
    return;
  }
  const pressing = event.key === " " && event.target.matches("button, a, summary");
  const act = /^[1-9]$/.test(event.key) ? () => first(Number(event.key) - 1) : KEYS[event.key];
  if (!act || pressing) return;
  event.preventDefault();
  inTurn(act);
});

addEventListener("popstate", () => inTurn(() => { redo = []; return go(location.href, { push: false }); }));
