// Choosing a program: what a scenario has depends on the scenario, so another one starts as it is.

document.addEventListener("change", event => {
  const form = event.target.closest("#choose");
  if (!form || event.target.name !== "scenario") return;
  for (const name of ["fix", "protocol", "sizes"]) form.elements[name].disabled = true;
  inTurn(() => go(new URL(`/start?${new URLSearchParams(new FormData(form))}`, location.href)));
});
document.addEventListener("submit", event => {
  const form = event.target;
  if (form.id === "choose") {
    event.preventDefault();
    inTurn(() => go(`/start?${new URLSearchParams(new FormData(form))}`));
  } else if (form.id === "hand-over") {
    event.preventDefault();
    inTurn(() => go(form.getAttribute("action"), { method: "POST", push: false }));
  } else if (form.id === "runs") {
    event.preventDefault();
    run("random");
  }
});
