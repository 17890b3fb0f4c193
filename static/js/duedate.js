/* Says what a chosen due day means before the form is sent: the weekday, how far away it is, and whether there will be a reminder;
   and keeps a day from being sent that is none yet. The server decides; all it decides by comes with the field:

   <input type="date" data-asc-due data-today="2027-02-25" data-reminded="2027-02-24" data-reminder-days="14,5,1">
                             (reminded: the last day whose reminders are not to come any more)
   [data-asc-due-words]      in the same form: "Wednesday 31 March 2027, in 34 days"
   [data-asc-due-reminder]   a sentence from its own data-with ("… {reminders} at 08:00."), data-without (all their days have passed),
                             data-none (no due day) or data-past; left alone without reminders */

const UNREAD = "This day is not complete or does not exist.";
const DAY = 24 * 60 * 60 * 1000;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/* Calendar days are counted in UTC, where no day is 23 or 25 hours long. */
function dayFrom(text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  return match ? new Date(Date.UTC(match[1], match[2] - 1, match[3])) : null;
}

function inWords(day, { short = false } = {}) {
  const weekday = WEEKDAYS[day.getUTCDay()];
  return `${short ? weekday.slice(0, 3) : weekday} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

function distance(days) {
  if (days < 0) return "in the past";
  if (days === 0) return "today";
  return days === 1 ? "tomorrow" : `in ${days.toLocaleString("en")} days`;
}

function listed(words) {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
}

function reminderSentences(place, due, today, reminded, daysBefore) {
  const { with: promise, without, none, past } = place.dataset;
  if (!due) return none;
  if (due < today) return past;
  const days = daysBefore.map((days) => new Date(due - days * DAY));
  const toCome = days.filter((day) => day > reminded).map((day) => inWords(day, { short: true }));
  if (!toCome.length) return without;
  return promise.replace("{reminders}", `${toCome.length > 1 ? "reminders" : "a reminder"} on ${listed(toCome)}`);
}

/* What the server said of the day before. */
function forgiveIn(field) {
  field.classList.remove("is-invalid");
  field.removeAttribute("aria-invalid");
  field.closest(".asc-field")?.querySelector(".invalid-feedback")?.remove();
}

function show(field, { isLeft = field !== document.activeElement } = {}) {
  const today = dayFrom(field.dataset.today);
  const due = dayFrom(field.value);
  const isUnread = isLeft && field.validity.badInput; // a day typed in part is not to be spoken of before
  const words = field.form?.querySelector("[data-asc-due-words]");
  if (due >= today) forgiveIn(field);
  const said = due ? `${inWords(due)}, ${distance(Math.round((due - today) / DAY))}` : isUnread ? UNREAD : "";
  if (words && words.textContent !== said) words.textContent = said;
  const reminder = field.form?.querySelector("[data-asc-due-reminder]");
  const daysBefore = field.dataset.reminderDays.split(",").filter(Boolean).map(Number);
  if (!reminder || !daysBefore.length) return;
  const reminded = dayFrom(field.dataset.reminded);
  reminder.textContent = (isUnread ? reminder.dataset.past : reminderSentences(reminder, due, today, reminded, daysBefore)) ?? "";
}

function showAll() {
  for (const field of document.querySelectorAll("input[data-asc-due]")) {
    field.form.noValidate = true; // see below
    show(field);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-asc-due]")) show(event.target);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches("input[data-asc-due]")) show(event.target, { isLeft: true });
});
/* What the browser cannot read, a day without its year or "7e" days, it would send as nothing: everybody without a due date, and told
   so by email. All else is for the server to say, which says more than the browser does where there are no scripts. */
document.addEventListener(
  "submit", // on the way down, before submit-once.js and whatever sends it
  (event) => {
    const unread = [...event.target.elements].find((field) => field.willValidate && field.validity.badInput && field.checkVisibility());
    if (!unread) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (unread.matches("[data-asc-due]")) show(unread, { isLeft: true });
    unread.reportValidity(); // has the focus then, and the browser's words
  },
  true,
);
showAll();
document.addEventListener("htmx:afterSettle", showAll);
window.addEventListener("pageshow", showAll);
