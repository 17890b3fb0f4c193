/* A form that posts is sent once, however often its button is pressed. The server takes a repeated one calmly anyway;
   this keeps people from wondering. The button is not `disabled`: its name and value belong to what is sent.
   One whose answer opens in a window of its own (`formtarget`) leaves the form as it is, to be sent afterwards. */

const GIVE_UP_MS = 10_000; // a request that was cancelled tells nobody
const underWay = new Map();

/* by attribute: a field that is named "method" would hide the form's own property */
function posts(form, button) {
  const method = button?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  return method.toLowerCase() === "post" || form.hasAttribute("hx-post");
}

function release(form) {
  const sent = underWay.get(form);
  if (!sent) return;
  clearTimeout(sent.timer);
  sent.button?.removeAttribute("aria-disabled");
  underWay.delete(form);
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!posts(form, button) || button?.hasAttribute("formtarget")) return;
    if (underWay.has(form)) {
      event.preventDefault();
      event.stopPropagation(); // htmx listens further down
      return;
    }
    button?.setAttribute("aria-disabled", "true");
    underWay.set(form, { button, timer: setTimeout(() => release(form), GIVE_UP_MS) });
  },
  true,
);

window.addEventListener("pageshow", () => [...underWay.keys()].forEach(release));
document.addEventListener("htmx:afterRequest", (event) => release(event.detail.elt));
