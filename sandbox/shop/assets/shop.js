/** The shop's browser script. The offer itself is shown by `<dodo-offer>`. */

const query = new URLSearchParams(location.search);
// Dodo appends the customer's email address to the return URL; it does not belong in the browser's history.
if (query.has('email')) {
  query.delete('email');
  history.replaceState(null, '', `${location.pathname}?${query}`);
}

for (const form of document.querySelectorAll('[data-buy]')) {
  const button = form.querySelector('button');
  form.addEventListener('submit', () => (button.disabled = true));
  // After the back button, the browser may show the page as it was left.
  addEventListener('pageshow', () => (button.disabled = false));
}

const offer = document.querySelector('dodo-offer');
const run = document.getElementById('run');
for (const name of ['offer-shown', 'offer-none']) offer?.addEventListener(name, () => void linkRun());

/** Links the purchase's run, for the curious. */
async function linkRun() {
  const src = offer.getAttribute('src');
  const found =
    src &&
    (await fetch(src).then(
      (answer) => answer.json(),
      () => undefined,
    ));
  if (!/^https?:\/\//.test(found?.run ?? '')) return;
  run.querySelector('a').href = found.run;
  run.hidden = false;
}
