// A page whose list came late (workitems/web/late_list.py): puts in its place what belongs to the list
// and stands elsewhere. Runs before all other scripts: they find the page as if it had come in one piece.
const late = document.querySelector("template[data-late]");
for (const part of [...(late?.content.children ?? [])]) {
  if (part.localName === "title") document.title = part.textContent;
  else document.getElementById(part.id).replaceWith(part);
}
late?.remove();
