import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { createOffer, type OfferOptions } from '@durable-upsells/dodo-offer/core';

function Offer(options: OfferOptions) {
  const offer = useMemo(() => createOffer(options), []);
  const { phase, presentation, busy } = useSyncExternalStore(offer.subscribe, () => offer.state);
  useEffect(() => () => offer.close(), [offer]);
  if (!presentation) return null;
  if (phase !== 'open') return <p role="status">{phase}</p>;
  const { headline, accept, decline } = presentation.copy;
  return (
    <section>
      <h2>{headline}</h2>
      <button disabled={!!busy} onClick={() => void offer.accept()} children={accept} />
      <button disabled={!!busy} onClick={() => void offer.decline()} children={decline} />
    </section>
  );
}
export const show = (at: Element, options: OfferOptions) => createRoot(at).render(<Offer {...options} />);
