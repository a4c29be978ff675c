"use strict";
// Shows, for the groups that are ticked, what the page holds already, and joins the patches. Nothing is worked out here but who goes with whom.
(() => {
  const { groups, files } = JSON.parse(document.getElementById("data").textContent);
  const boxes = [...document.querySelectorAll("input[data-group]")];
  const save = document.getElementById("save");
  const said = document.getElementById("said");
  // What was chosen in this tab, for when the page is loaded again; another plan under the same name is another choice.
  const name = [location.pathname, ...groups.map((group) => group.title)].join("\n");
  const kept = remembered();
  const ticked = new Set(kept ?? boxes.filter((box) => box.checked).map((box) => Number(box.dataset.group)));

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch {
      return null;
    }
  }

  function remember() {
    try {
      sessionStorage.setItem(name, JSON.stringify([...ticked]));
    } catch {
      // A browser that keeps nothing starts anew.
    }
  }

  /** The groups of a file that are ticked, as its contents are named: `0 2`. */
  const key = (file) => file.groups.filter((group) => ticked.has(group)).join(" ");
  const changed = () => files.filter((file) => key(file) in file.patches);

  function show() {
    for (const box of boxes) box.checked = ticked.has(Number(box.dataset.group));
    files.forEach((file, number) => {
      const section = document.getElementById(`file-${number}`);
      const chosen = key(file);
      const isChanged = chosen in file.patches;
      for (const variant of section.querySelectorAll(".variant")) variant.hidden = variant.dataset.chosen !== chosen;
      section.querySelector(".none").hidden = isChanged;
      document.querySelector(`[data-entry="${number}"]`).classList.toggle("out", !isChanged);
    });
    if (groups.length === 0) return;
    const number = changed().length;
    save.disabled = number === 0;
    document.getElementById("count").textContent =
      number === 0 ? "Nothing is chosen." : number === 1 ? "1 file to change." : `${number} files to change.`;
  }

  /** Ticks or unticks a group with all that has to go with it, and says what that was. */
  function choose(group, isTicked) {
    const others = isTicked
      ? groups[group].needs.filter((needed) => !ticked.has(needed))
      : [...ticked].filter((other) => groups[other].needs.includes(group));
    for (const one of [group, ...others]) {
      if (isTicked) ticked.add(one);
      else ticked.delete(one);
    }
    const names = others.map((other) => groups[other].title.replaceAll("`", "")).join("; ");
    remember();
    said.textContent = names && (isTicked ? `Ticked with it: ${names}` : `Unticked with it: ${names}`);
    show();
  }

  for (const box of boxes) {
    box.addEventListener("change", () => choose(Number(box.dataset.group), box.checked));
  }
  for (const radio of document.querySelectorAll("input[name=view]")) {
    radio.addEventListener("change", () => {
      document.body.dataset.view = radio.value;
    });
  }
  save.addEventListener("click", () => {
    const patch = changed().map((file) => file.patches[key(file)]).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([patch], { type: "text/x-patch" }));
    link.download = "convex-clerk.patch";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    said.textContent = `Saved as ${link.download}: git apply it at the top of the repository.`;
  });
  document.querySelector(".tools").hidden = files.length === 0;
  document.body.classList.remove("still");
  show();
})();
