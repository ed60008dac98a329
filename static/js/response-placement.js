"use strict";
// Where an answer lands: beside what was pressed, and above the list when that is gone.
(() => {
  const notices = document.getElementById("notices");
  const detachedHolder = document.createElement("div");
  detachedHolder.hidden = true;

  const placeFor = (element) => {
    const around = element.closest("form") ?? element.closest("[data-task]") ?? element;
    const place = around.querySelector("[data-notice]");
    return place && around.checkVisibility() ? place : notices;
  };

  // htmx looks for the places of an answer around the element that asked. One that was taken away
  // meanwhile (a closed dialog, another tab of the list) is lent back, out of sight.
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
    // A poll asks again by itself; whether somebody is still signed in is another matter.
    if (isGone || (told.isPoll && told.isError && told.status !== 401)) swap.shouldSwap = false;
    if (swap.target !== notices && !detachedHolder.contains(swap.target)) return;
    swap.target = placeFor(element); // which is an alert already, beside what was pressed
    if (swap.target !== notices) swap.serverResponse = swap.serverResponse.replace(' role="alert"', "");
  });

  document.addEventListener("page:updated", ({ detail }) => {
    detachedHolder.replaceChildren();
    if (!detail.successful) return;
    if (!detail.isPoll || notices.hasAttribute("data-of-poll")) notices.replaceChildren();
    notices.querySelector("[data-connection]")?.remove();
  });

  // No answer at all. A poll that fails tries again by itself.
  document.addEventListener("page:unanswered", ({ detail: { element, isPoll, isWrite, words } }) => {
    if (isPoll) return;
    const [place, notice] = [placeFor(element), document.createElement("p")];
    notice.className = "notice notice--error";
    if (place === notices) notice.setAttribute("role", "alert"); // the others are alerts already
    notice.dataset.connection = "";
    notice.textContent = notices.dataset[isWrite ? words : "unread"];
    place.replaceChildren(notice);
  });

  document.addEventListener("csrf:renewed", ({ detail }) => {
    const inputs = document.querySelectorAll("input[name=csrfmiddlewaretoken]");
    for (const input of inputs) input.value = detail.token;
  });

  // Good news goes by itself: what is merely invisible still covers the buttons of a frame.
  document.addEventListener("animationend", ({ target }) => target.matches("[data-passing]") && target.remove());
})();
