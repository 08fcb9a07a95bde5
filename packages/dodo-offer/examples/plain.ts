import { createOffer, type OfferOptions } from '@durable-upsells/dodo-offer/core';

export function show(at: Element, options: OfferOptions): void {
  const offer = createOffer(options);
  const button = (text: string, onclick: () => void) =>
    Object.assign(document.createElement('button'), { textContent: text, onclick });
  offer.subscribe(() => {
    const { phase, presentation } = offer.state;
    if (!presentation) return at.replaceChildren();
    if (phase !== 'open') return at.replaceChildren(phase);
    const { headline, accept, decline } = presentation.copy;
    at.replaceChildren(
      headline,
      button(accept, () => void offer.accept()),
      button(decline, () => void offer.decline()),
    );
  });
}
