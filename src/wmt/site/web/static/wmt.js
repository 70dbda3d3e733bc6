// Everything works without this file; it makes some components of GOV.UK handier where scripts run.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const { initAll } = await import(document.getElementById("govuk-script").href);
initAll();

// What htmx puts in is new to GOV.UK's components.
document.body.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.detail.elt }));

// The account menu closes as menus do.
const menu = document.querySelector(".wmt-menu");
document.addEventListener("click", (event) => { if (menu?.open && !menu.contains(event.target)) menu.open = false; });
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
