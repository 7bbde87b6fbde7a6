// What the page holds: its cells in the order of the squares, and how elements are made.

const data = JSON.parse(document.getElementById("data").textContent);
const words = number => data.texts[number];
const matrix = document.getElementById("matrix");
const squares = [...matrix.querySelectorAll("td a")];

// Command and run file are told without the names, where these stand in them as they are.
const commandOf = (scenario, protocol, fix, model, rest) => rest.startsWith("sealrace")
  ? rest : `sealrace explore ${scenario} --fix ${fix} --protocol ${protocol} --model ${model}${rest}`;
const runFileOf = (scenario, protocol, fix, model, inner) => inner.endsWith(".run.jsonl")
  ? inner : `${scenario}-${protocol}-${fix}-${inner}${model}.run.jsonl`;

const cells = data.cells.map((facts, i) => {
  const [scenario, protocol, fix, model] = facts.names.map(words);
  const key = decodeURIComponent(squares[i].hash.slice(1));
  return {
    key, scenario, protocol, fix, model,
    square: squares[i],
    entry: document.getElementById(key),
    word: words(facts.word),
    verdict: words(facts.verdict),
    declared: words(facts.declared),
    command: commandOf(scenario, protocol, fix, model, words(facts.command)),
    executions: facts.executions,
    counts: new Map((facts.counts ?? []).map(([name, count]) => [words(name), count])),
    kinds: (facts.kinds ?? []).map(([kind, executions, sentence]) => ({
      kind, executions,
      property: words(data.kinds[kind][0]),
      places: words(data.kinds[kind][1]),
      sentence: words(sentence),
    })),
    more: (facts.more ?? []).map(words),
    sizes: words(facts.sizes),
    rules: words(facts.rules),
    run: facts.run === undefined ? "" : runFileOf(scenario, protocol, fix, model, words(facts.run)),
  };
});
const cellOfKey = new Map(cells.map(cell => [cell.key, cell]));
const cellOfSquare = new Map(cells.map(cell => [cell.square, cell]));
const names = ["scenario", "protocol", "fix", "model"];

const titleOf = cell => `${cell.scenario}, fix ${cell.fix}, ${cell.protocol}, ${cell.model}`;
const findCell = wanted => cells.find(cell => names.every(name => cell[name] === wanted[name]));
const plural = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
