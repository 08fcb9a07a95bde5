import { createApp, h, onScopeDispose, shallowRef } from 'vue';
import { createOffer, type OfferOptions } from '@durable-upsells/dodo-offer/core';

export const show = (at: Element, options: OfferOptions) =>
  createApp({ setup: () => setup(options) }).mount(at);

function setup(options: OfferOptions) {
  const offer = createOffer(options);
  const state = shallowRef(offer.state);
  onScopeDispose(offer.subscribe(() => (state.value = offer.state)));
  onScopeDispose(() => offer.close());
  return () => {
    const { phase, presentation, busy } = state.value;
    if (!presentation) return null;
    if (phase !== 'open') return h('p', { role: 'status' }, phase);
    const { headline, accept, decline } = presentation.copy;
    const button = (text: string, onClick: () => unknown) => h('button', { disabled: !!busy, onClick }, text);
    return [h('h2', headline), button(accept, () => offer.accept()), button(decline, () => offer.decline())];
  };
}
