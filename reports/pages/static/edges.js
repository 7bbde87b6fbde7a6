// The edges of the ladder. A row has one box only, so an edge runs along the row of its source, then up or down in the
// gutter beside its target's lane, where it has a track of its own, and into its target: it crosses no box.

const SVG = "http://www.w3.org/2000/svg";
const FIRST_TRACK = 15;
const TRACK = 9;
const TRACKS = 9; // of a gutter; further edges share them
const CROWD = 250; // of more pairs only those of the current step are drawn
const edges = document.createElementNS(SVG, "svg");
edges.setAttribute("class", "edges");
edges.setAttribute("aria-hidden", "true");
ladder.prepend(edges);

function draw(name, attributes, parent = edges) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

const isNarrow = () => getComputedStyle(ladder.querySelector(".heads")).display === "none";

// What is visible of a step: its box, or the fold that it is in.
function shownBox(step) {
  const row = rows.get(step);
  const fold = row.closest(".fold");
  return fold && !fold.open ? fold.querySelector(".strip") : row.querySelector(".box");
}

// The edges to draw: the reason always, and what is ticked.
function wanted() {
  const found = data.path.map(([source, target, relation]) => ({ source, target, relation, bold: true }));
  const bold = new Set(found.map(edge => `${edge.source} ${edge.target} ${edge.relation}`));
  const crowds = [];
  for (const name of view.show) {
    let pairs = pairsOf(name);
    if (pairs.length > CROWD) {
      crowds.push(name);
      const here = new Set(view.step ? data.steps[view.step - 1].events : []);
      pairs = pairs.filter(([source, target]) => here.has(source) || here.has(target));
    }
    for (const [source, target] of pairs)
      if (!bold.has(`${source} ${target} ${name}`)) found.push({ source, target, relation: name, bold: false });
  }
  byId("focus-note").textContent = crowds.length
    ? `Of ${crowds.join(", ")} only the pairs of the current step are drawn: there are too many.` : "";
  return found;
}

// Whether an edge between the same boxes, as of the same fold, is drawn already; the reason is drawn in full.
const boxNumbers = new Map();
function isDrawn(drawn, edge, tail, head) {
  const number = box => box ? boxNumbers.get(box) ?? boxNumbers.set(box, boxNumbers.size).get(box) : "";
  const key = `${edge.relation} ${number(tail)} ${number(head)}`;
  const known = drawn.has(key) && !edge.bold;
  drawn.add(key);
  return known;
}

// Gutter g is left of lane g, the last one right of the last lane. In a narrow window there is only the first.
function gutterOf(from, to, narrow) {
  return narrow || from === to ? (narrow ? 0 : to) : from < to ? to : to + 1;
}

function redraw() {
  edges.replaceChildren();
  const narrow = isNarrow();
  const top = ladder.getBoundingClientRect().top;
  const left = ladder.getBoundingClientRect().left;
  const known = new Map(); // reading places is what takes time
  const spot = element => known.get(element) ?? place(element);
  const place = element => {
    const r = element.getBoundingClientRect();
    known.set(element, { left: r.left - left, right: r.right - left, top: r.top - top, bottom: r.bottom - top, middle: (r.top + r.bottom) / 2 - top });
    return known.get(element);
  };
  const seal = ladder.querySelector(".seal");
  if (seal) draw("rect", { class: "after", x: 0, width: "100%", y: spot(seal).top, height: ladder.clientHeight - spot(seal).top });
  const links = [];
  const stubs = [];
  const drawn = new Set();
  for (const edge of wanted()) {
    const [from, to] = [stepOf(edge.source), stepOf(edge.target)];
    if (!to) continue;
    const head = shownBox(to);
    if (isDrawn(drawn, edge, from && shownBox(from), head)) continue;
    if (!from) { stubs.push({ ...edge, head }); continue; }
    const tail = shownBox(from);
    if (tail === head) continue;
    const gutter = gutterOf(data.steps[from - 1].thread, data.steps[to - 1].thread, narrow);
    links.push({ ...edge, from, to, tail, head, gutter, a: spot(tail).middle, b: spot(head).middle });
  }
  assignTracks(links, narrow);
  known.clear(); // the tracks have made room: only now everything stands where it stays
  drawBands(spot, narrow);
  const ports = new Map();
  const labels = [];
  for (const link of links) drawLink(link, spot, narrow, ports, labels);
  for (const stub of stubs) drawStub(stub, spot);
}

// Tracks of a gutter, near ones for the reason and for short edges; then the gutters are made as wide as it takes.
function assignTracks(links, narrow) {
  const count = data.threads.length + 1;
  const gutters = Array.from({ length: count }, () => []);
  const length = link => Math.abs(link.a - link.b);
  for (const link of [...links].sort((p, q) => q.bold - p.bold || length(p) - length(q))) {
    const [low, high] = [Math.min(link.a, link.b) - 6, Math.max(link.a, link.b) + 6];
    const tracks = gutters[link.gutter];
    link.track = tracks.findIndex(taken => taken.every(([l, h]) => high < l || h < low));
    if (link.track < 0) link.track = tracks.length < TRACKS ? tracks.push([]) - 1 : Math.round(link.a + link.b) % TRACKS;
    tracks[link.track].push([low, high]);
  }
  gutters.forEach((tracks, i) => {
    const width = FIRST_TRACK + Math.max(tracks.length, 1) * TRACK + (tracks.length ? 14 : 2);
    ladder.style.setProperty(`--g${i}`, `${width}px`);
  });
}

// Where an edge leaves or meets a side of a box: several on one side stand below each other.
function port(ports, element, side, spot) {
  const key = side;
  const used = ports.get(element) ?? { left: 0, right: 0 };
  ports.set(element, used);
  const n = used[key]++;
  const box = spot(element);
  const room = Math.min(5, (box.bottom - box.top - 8) / 6);
  const offset = (n % 2 ? 1 : -1) * Math.ceil(n / 2) * room;
  return Math.min(Math.max(box.middle + offset, box.top + 3), box.bottom - 3);
}

function drawLink(link, spot, narrow, ports, labels) {
  const [source, target] = [spot(link.tail), spot(link.head)];
  const [from, to] = [data.steps[link.from - 1].thread, data.steps[link.to - 1].thread];
  const outward = FIRST_TRACK + link.track * TRACK;
  const meets = narrow || from <= to ? "left" : "right";
  const leaves = narrow || from >= to ? "left" : "right";
  let x = meets === "left" ? target.left - outward : target.right + outward;
  if (narrow) x = Math.min(source.left, target.left, gutterRight(spot)) - outward;
  const y1 = port(ports, link.tail, leaves, spot);
  const y2 = port(ports, link.head, meets, spot);
  const group = arrow(link);
  const end = target[meets] + (meets === "left" ? -7 : 7);
  const path = rounded([[source[leaves], y1], [x, y1], [x, y2], [end, y2]]);
  draw("path", { d: path, class: "edge" }, group);
  draw("path", { d: path, class: "hit" }, group);
  arrowhead(group, target[meets], y2, meets === "left" ? 1 : -1);
  if (link.bold) label(group, link.relation, x, (y1 + y2) / 2, Math.abs(y1 - y2), labels);
}

// In a narrow window all edges stand left of all boxes.
function gutterRight(spot) {
  const numbers = parseFloat(getComputedStyle(ladder).getPropertyValue("--numbers"));
  return spot(ladder).left + numbers + parseFloat(ladder.style.getPropertyValue("--g0"));
}

function drawStub(stub, spot) {
  const box = spot(stub.head);
  const group = arrow(stub);
  draw("path", { d: `M${box.left - 13} ${box.middle}H${box.left - 6}`, class: "edge" }, group);
  draw("circle", { cx: box.left - 15, cy: box.middle, r: 3.2, class: "stub" }, group);
  arrowhead(group, box.left, box.middle, 1);
}

function arrow(edge) {
  const base = edge.relation.replace(/^(rf|co|fr)[ei]$/, "$1");
  const known = ["po", "rf", "co", "fr"].includes(base);
  const dependence = ["rmw", "addr", "data", "ctrl", "ctrl-later"].includes(base);
  const kind = known ? base : dependence ? "dependence" : "own";
  const group = draw("g", { class: `arrow ${kind}${edge.bold ? " bold" : ""}` });
  group.dataset.source = edge.source;
  group.dataset.target = edge.target;
  group.dataset.relation = edge.relation;
  const words = Object.hasOwn(data.meanings, edge.relation) ? data.meanings[edge.relation] : "";
  const name = event => stepOf(event) ? `step ${stepOf(event)}: ${data.events[event].text}` : `initially ${data.events[event].text}`;
  draw("title", {}, group).textContent =
    `${edge.relation}${words ? `: ${words}` : ""}\n${name(edge.source)}\n→ ${name(edge.target)}`;
  group.addEventListener("mouseenter", () => mark(edge, true));
  group.addEventListener("mouseleave", () => mark(edge, false));
  return group;
}

function mark(edge, on) {
  for (const event of [edge.source, edge.target]) rows.get(stepOf(event))?.classList.toggle("linked", on);
}

function arrowhead(group, x, y, way) {
  draw("path", { d: `M${x} ${y}l${-8 * way} -4v8z`, class: "tip-head" }, group);
}

// The name of a relation beside its edge, moved along it where another name stands.
function label(group, words, x, middle, length, labels) {
  const half = words.length * 3.6;
  let y = middle;
  for (let shift = 0; shift <= length / 2; shift += 13) {
    const free = [middle + shift, middle - shift].find(
      at => labels.every(other => Math.abs(other.y - at) > 13 || Math.abs(other.x - x) > other.half + half));
    if (free !== undefined) { y = free; break; }
  }
  labels.push({ x, y, half });
  draw("text", { x, y: y + 4 }, group).textContent = words;
}

function rounded(points) {
  let path = `M${points[0].join(" ")}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [before, bend, after] = points.slice(i - 1, i + 2);
    path += `L${towards(bend, before)}Q${bend.join(" ")} ${towards(bend, after)}`;
  }
  return `${path}L${points.at(-1).join(" ")}`;
}

function towards([x, y], [goalX, goalY]) {
  const length = Math.abs(goalX - x) + Math.abs(goalY - y);
  const share = length ? Math.min(6, length / 2) / length : 0;
  return `${x + (goalX - x) * share} ${y + (goalY - y) * share}`;
}

// A band beside its lane for each lock hold; a click opens or closes all that is folded in it.
function drawBands(spot, narrow) {
  data.holds.forEach(([thread, first, last, lock], i) => {
    const inner = data.holds.slice(0, i).filter(([t, f, l]) => t === thread && f <= last && first <= l).length;
    const [above, below] = [spot(shownBox(first)), spot(shownBox(last))];
    const x = above.left - 6 - inner * 3.5;
    const [y, height] = [above.top, Math.max(below.bottom - above.top, 8)];
    const band = draw("g", { class: "band" });
    draw("rect", { x, y, width: 3, height, rx: 1.5 }, band);
    draw("rect", { x: x - 3, y, width: 8, height, class: "touch" }, band);
    draw("title", {}, band).textContent = `${data.threads[thread]} holds ${lock}, steps ${first} to ${last}`;
    const inside = folds.filter(fold => {
      const step = Number(fold.dataset.fold);
      return step >= first && step <= last && data.steps[step - 1].thread === thread;
    });
    band.addEventListener("click", () => {
      const open = !inside.every(fold => fold.open);
      for (const fold of inside) fold.open = open;
    });
  });
}
