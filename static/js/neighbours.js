// In the pane: where its task stands in the list, and links to the tasks before and behind it.
const byId = (id) => document.getElementById(id);
const closer = () => document.querySelector("#detail [data-pane-close]");
const field = (name) => document.querySelector(`#badge [name=${name}]`)?.value;
const written = (number) => number.toLocaleString(document.documentElement.lang);

// Of what a search has found the list itself has the numbers, as they were when it was loaded.
const numbersOf = ({ found, first } = {}, isPending) => {
  if (!found) return [Number(field("first")), field(isPending ? "open" : "completed")];
  return [Number(first), found - document.querySelectorAll("#tasks [data-task]:not([data-open])").length * isPending];
};
const number = (row, nav) => {
  const isPending = byId("tasks").dataset.tab === "pending";
  // What is decided has left the list that the numbers count, and keeps its place on the page only.
  const isListed = (one) => !isPending || one.matches("[data-open], :not([data-task])");
  const place = [...document.querySelectorAll("#tasks article")].filter(isListed).indexOf(row);
  const [first, total] = numbersOf(byId("tasks").dataset, isPending);
  const position = first + place;
  const words = nav.querySelector("[data-place]");
  const isKnown = total && place >= 0;
  const count = Math.max(total, position);
  words.textContent = isKnown ? words.dataset.place.replace("{position}", written(position)).replace("{count}", written(count)) : "";
  const isNone = isPending && !document.querySelector("#tasks [data-open]");
  nav.querySelector("[data-none]").hidden = !isNone;
  return isNone;
};

const lead = (link, to, words) => {
  link.toggleAttribute("href", Boolean(to));
  if (to) link.setAttribute("href", to.getAttribute("href"));
  if (to && words) link.ariaLabel = words.replace("{task}", () => to.textContent.trim());
  else link.removeAttribute("aria-label");
};
const targetOf = ({ dataset: { neighbour } }) => {
  if (neighbour === "page") return document.querySelector("#tasks [rel=next]");
  const links = [...document.querySelectorAll("#tasks [data-task] h2 a")];
  const place = links.findIndex((link) => link.closest("[data-task]").id === closer()?.dataset.paneClose);
  return place < 0 ? undefined : links[place + Number(neighbour)];
};

const draw = () => {
  const [nav, row] = [document.querySelector("#panel [data-neighbours]"), byId(closer()?.dataset.paneClose)];
  if (!nav || !row) return;
  const isNone = number(row, nav);
  for (const link of nav.querySelectorAll("[data-neighbour]")) lead(link, targetOf(link), link.dataset.words);
  const further = nav.querySelector("[data-neighbour=page]");
  further.hidden = !isNone || !further.hasAttribute("href");
  nav.hidden = false;
};
document.addEventListener("page:updated", draw);

// As the link in the list does, which htmx knows.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-neighbour][href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  targetOf(link)?.click();
});
