// Chooses where a response is shown: beside the pressed button, or above the list if that is gone.
const notices = document.getElementById("notices");
const detachedHolder = Object.assign(document.createElement("div"), { hidden: true });

const placeFor = (element) => {
  const around = element.closest("form") ?? element.closest("[data-task]") ?? element;
  const place = around.querySelector("[data-notice]");
  return place && around.querySelector("a, button")?.checkVisibility() ? place : notices;
};

// htmx looks for the targets of a response around the requesting element. If that was removed
// meanwhile (a closed dialog, another tab of the list), attach it again in a hidden element.
document.addEventListener("page:asked", ({ detail: { element, xhr } }) => {
  if (placeFor(element) !== notices) placeFor(element).replaceChildren();
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState !== XMLHttpRequest.DONE || element.isConnected) return;
    document.body.append(detachedHolder);
    detachedHolder.append(element.getRootNode());
  });
});

document.addEventListener("page:arrives", ({ detail: { element, swap, ...told } }) => {
  notices.toggleAttribute("data-of-poll", told.isPoll && told.isError);
  const isGone = detachedHolder.contains(element) && !told.isWrite;
  // Ignore failed polls, because the next poll tries again; but show 401, which needs a sign-in.
  if (isGone || (told.isPoll && told.isError && told.status !== 401)) swap.shouldSwap = false;
  if (swap.target !== notices && !detachedHolder.contains(swap.target)) return;
  swap.target = placeFor(element); // beside the button the place has role="alert" already
  if (swap.target !== notices) swap.serverResponse = swap.serverResponse.replace(' role="alert"', "");
});

document.addEventListener("page:updated", ({ detail }) => {
  detachedHolder.replaceChildren();
  if (!detail.successful) return;
  if (!detail.isPoll || notices.hasAttribute("data-of-poll")) notices.replaceChildren();
  notices.querySelector("[data-unanswered]")?.remove();
});

// No answer, or none of ours. A failed poll is ignored, because the next poll tries again.
document.addEventListener("page:unanswered", ({ detail }) => {
  if (detail.isPoll) return;
  const [place, notice] = [placeFor(detail.element), document.createElement("p")];
  notice.className = "notice notice--error";
  if (place === notices) notice.role = "alert"; // the other places have it already
  notice.dataset.unanswered = "";
  notice.textContent = notices.dataset[detail.isWrite ? "unknown" : "unread"];
  place.replaceChildren(notice);
  if (detail.isWrite) document.dispatchEvent(new CustomEvent("page:unknown", { detail: { ...detail, notice } }));
});

// A hidden field of each form that may be sent only with a new value from now on.
document.addEventListener("csrf:renewed", ({ detail: { token } }) => {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
});
document.addEventListener("page:key", ({ detail: { key } }) => {
  for (const input of document.querySelectorAll("input[name=key]")) input.value = key;
});

// Remove success messages after they have faded: invisible ones would still cover buttons in a frame.
document.addEventListener("animationend", ({ target }) => target.matches("[data-passing]") && target.remove());
