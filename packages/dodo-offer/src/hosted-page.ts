/** The script of the hosted page, `/o/{id}#{token}` or `/o/{token}`. It reads; only a click decides. */
import { DodoOfferElement } from './element.js';
import { loadWords, wordsFor } from './words.js';

if (!customElements.get('dodo-offer')) customElements.define('dodo-offer', DodoOfferElement);

const [, named = ''] = /^\/o\/([^/]+)/.exec(location.pathname) ?? [];
const inHash = location.hash.slice(1);
const token = named.includes('.') ? named : inHash;
const id = named.includes('.') ? presentationIn(named) : named;
const offer = document.createElement('dodo-offer');
const gone = document.getElementById('gone');

offer.setAttribute('wait', '15000');
if (id) offer.setAttribute('presentation-id', id);
if (token) offer.setAttribute('token', token);
for (const name of ['offer-none', 'offer-error'] as const) {
  offer.addEventListener(name, () => {
    if (!offer.dataset.phase) void tell();
  });
}
offer.addEventListener('offer-shown', ({ detail }) => {
  document.title = detail.copy.headline;
  const title = document.querySelector('h1');
  if (title) title.textContent = detail.copy.headline;
  document.documentElement.lang = detail.display.locale;
});
document.getElementById('offer')?.append(offer);
if (!id) void tell();
// The address that stays in the browser's history opens nothing.
else if (token) history.replaceState(null, '', `/o/${encodeURIComponent(id)}`);

async function tell(): Promise<void> {
  await loadWords(navigator.language);
  if (gone) {
    gone.textContent = wordsFor(navigator.language).expired;
    gone.hidden = false;
  }
}

function presentationIn(jwt: string): string | undefined {
  try {
    const payload = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { prs } = JSON.parse(atob(payload)) as { prs?: unknown };
    return typeof prs === 'string' ? prs : undefined;
  } catch {
    return undefined;
  }
}
