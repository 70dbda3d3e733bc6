// Shows a reduction in the other unit while one types. The server works it out exactly; without scripts it says so
// with the effect.
const amount = document.getElementById("amount");
const reason = document.getElementById("reason");
const other = document.getElementById("other");

const trimmed = (number) => String(Math.round(number * 100) / 100);
const unit = () => document.querySelector("input[name=unit]:checked")?.value;
const part = (name) => document.getElementById(`first_day-${name}`).value.trim().padStart(2, "0");

// The contracted hours on the first day that was typed; today's where none was.
function contracted() {
  const days = JSON.parse(amount.dataset.contracted);
  const typed = /^\d{4}-\d\d-\d\d$/.exec(`${part("year")}-${part("month")}-${part("day")}`);
  const day = typed ? typed[0] : amount.dataset.today;
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
