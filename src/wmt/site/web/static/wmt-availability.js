// Shows a reduction in the other unit while one types. The server works it out exactly; without scripts it says so
// with the effect.
const amount = document.getElementById("amount");
const reason = document.getElementById("reason");
const other = document.getElementById("other");

const trimmed = (number) => String(Math.round(number * 100) / 100);
const unit = () => document.querySelector("input[name=unit]:checked")?.value;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const two = (number) => String(number).padStart(2, "0");

// The first day as year-month-day, read as the server reads it; empty while it is none yet.
function firstDay() {
  const typed = document.getElementById("first_day").value.trim();
  if (/^\d{4}-\d\d-\d\d$/.test(typed)) {
    return typed;
  }
  const found = /^(\d{1,2})[ /.-]+(\d{1,2}|[a-z]{3,9})[ /.-]+(\d{4})$/i.exec(typed);
  if (!found) {
    return "";
  }
  const month = /^\d/.test(found[2]) ? Number(found[2]) : months.indexOf(found[2].slice(0, 3).toLowerCase()) + 1;
  return `${found[3]}-${two(month)}-${two(found[1])}`;
}

// The contracted hours on the first day that was typed; today's where none was.
function contracted() {
  const days = JSON.parse(amount.dataset.contracted);
  const day = firstDay() || amount.dataset.today;
  const counting = days.filter(([from]) => from <= day);
  return Number(counting[counting.length - 1][1]);
}

function show() {
  const number = Number(amount.value.replace("%", ""));
  const hours = contracted();
  if (!amount.value.trim() || Number.isNaN(number) || !hours) {
    other.textContent = "";
  } else if (unit() === "percent") {
    other.textContent = `That is ${trimmed((number * hours) / 100)} of ${trimmed(hours)} hours a week.`;
  } else {
    other.textContent = `That is ${trimmed((number / hours) * 100)}% of ${trimmed(hours)} hours a week.`;
  }
}

// A reason with a share of its own fills it in.
function fill() {
  const percent = reason.selectedOptions[0]?.dataset.percent;
  if (percent) {
    amount.value = percent;
    document.querySelector("input[name=unit][value=percent]").checked = true;
  }
  show();
}

if (amount && reason && other) {
  amount.form.addEventListener("input", show);
  amount.form.addEventListener("change", show);
  reason.addEventListener("change", fill);
  show();
}
