// Everything works without this file; it makes some components of GOV.UK handier where scripts run.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
const { initAll } = await import(document.getElementById("govuk-script").href);
initAll();

// What htmx puts in is new to GOV.UK's components.
document.body.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.detail.elt }));
