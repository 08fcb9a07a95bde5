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
const behind = document.getElementById('behind');
for (const name of ['offer-shown', 'offer-none']) offer?.addEventListener(name, () => void linkBehind());

/** Links the purchase's run and its customer, for the curious. */
async function linkBehind() {
  const src = offer.getAttribute('src');
  const found =
    src &&
    (await fetch(src).then(
      (answer) => answer.json(),
      () => undefined,
    ));
  for (const link of behind.querySelectorAll('[data-link]')) {
    const to = found?.[link.dataset.link];
    if (!/^(https?:\/\/|\/dashboard\/)/.test(to ?? '')) continue;
    link.href = to;
    link.parentElement.hidden = false;
    behind.hidden = false;
  }
}
