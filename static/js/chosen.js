// A confirmation of many decisions: its title and its button say how many are chosen.
const form = document.querySelector("[data-chosen]");
const plain = Number(form.dataset.chosen);
const count = () => {
  const chosen = plain + form.querySelectorAll("[name=include]:checked").length;
  const number = chosen.toLocaleString(document.documentElement.lang);
  for (const part of form.querySelectorAll("[data-words]")) {
    part.textContent = part.dataset.words.replace("{count}", number);
  }
};
form.addEventListener("change", count);
addEventListener("pageshow", count); // a page that is gone back to keeps its ticks
count();
