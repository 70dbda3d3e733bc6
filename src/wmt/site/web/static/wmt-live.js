// Keeps the figures of an open page true. Without it a page shows what was so when it was opened.
const EVERY = 2000, UNSEEN = 15000, PATIENCE = 60000;
const place = () => document.querySelector("[data-live]");
let wait = EVERY, typed = false;

document.addEventListener("input", (event) => { if (event.target.closest("main form")) typed = true; });

async function look() {
  const here = place();
  if (!here) return;
  if (document.hidden) return next(UNSEEN);
  try {
    const answer = await fetch(here.dataset.live, { credentials: "same-origin", cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const { mark } = await answer.json();
    wait = EVERY;
    if (mark && mark !== here.dataset.mark) await (typed ? tell(here, mark) : renew(here, mark));
  } catch {
    wait = Math.min(wait * 2, PATIENCE);   // the site is away: ask less and less often
  }
  next(wait);
}

const next = (after) => setTimeout(look, after * (0.8 + 0.4 * Math.random()));

// Somebody is typing: nothing moves under their hands, but they are told.
function tell(here, mark) {
  here.dataset.mark = mark;
  here.textContent = "The figures have changed since you opened this page. ";
  const link = document.createElement("a");
  link.href = location.href;
  link.className = "govuk-link";
  link.textContent = "Show the new ones";
  here.append(link);
}

async function renew(here, mark) {
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "live" }, cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || answer.redirected || !fresh.querySelector("[data-live]")) return tell(here, mark);
  const focused = document.activeElement?.id, open = [...document.querySelectorAll("main details[open]")].map((each) => each.id);
  for (const part of ["#main-content", ".wmt-asat"]) {
    const old = document.querySelector(part), now = fresh.querySelector(part);
    if (old && now) old.replaceChildren(...now.childNodes);
  }
  const main = document.getElementById("main-content");
  for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
  window.htmx?.process(main);
  document.body.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { elt: main } }));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  place().textContent = `The figures were updated at ${at}.`;
}

if (place()) next(EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden && place()) look(); });
