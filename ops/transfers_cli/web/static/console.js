// What htmx leaves to a page: nothing is asked while nobody looks, and a console that has ended is said to have.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.id === "live") event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && document.getElementById("live")) htmx.trigger("#live", "seen");
});
const lost = (gone) => { document.getElementById("lost").hidden = !gone; };
document.addEventListener("htmx:sendError", () => lost(true));
document.addEventListener("htmx:afterOnLoad", () => lost(false));
