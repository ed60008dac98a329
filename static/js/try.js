// The page to try the widget: applies each choice at once, and copies snippets.
const form = document.querySelector("[data-try]");
form.addEventListener("change", () => form.requestSubmit());

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source); // select the text, so that the person can copy it
    }
  });
}
