// Copies one value of a task that is done by hand. Not in a frame: the host page would have to allow it.
if (navigator.clipboard) {
  const offer = () => {
    for (const button of document.querySelectorAll("[data-copy-value][hidden]")) button.hidden = false;
  };
  offer();
  document.addEventListener("page:updated", offer);

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copy-value]");
    if (!button) return;
    const value = button.parentElement.querySelector("[data-value]");
    try {
      await navigator.clipboard.writeText(value.textContent);
    } catch {
      return getSelection().selectAllChildren(value); // the person can copy what is selected
    }
    const said = document.createElement("span");
    Object.assign(said, { className: "toast", textContent: button.dataset.done });
    said.dataset.passing = "";
    document.getElementById("status").replaceChildren(said);
  });
}
