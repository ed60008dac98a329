// What a tick of the list does is loaded with the first one.
addEventListener("click", ({ target, shiftKey }) => {
  if (target.matches("[type=checkbox][form=selected]")) import("./picking.js").then((picking) => picking.tick(target, shiftKey));
});
