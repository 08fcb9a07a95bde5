/** Compiles one offer of `offers.yaml`. */
import type { Offer, OfferAction, PaidAction } from '../../domain/offers.js';
import { compileCap, compileDuration, compileOptionalDuration, defined } from './compile-values.js';
import type { OfferFile } from './schema.js';

export function compileOffer(id: string, file: OfferFile): Offer {
  const options = file.options?.map((option) => ({ ...option, action: compilePaidAction(option.action) }));
  const action = options?.[0]?.action ?? (file.action && compileAction(file.action));
  if (!action) throw new Error(`The checks let offer ${id} pass without an action or options.`);
  return {
    id,
    type: file.type,
    action,
    windowMs: compileDuration(file.window),
    ifNoPaymentMethod: file.if_no_payment_method,
    ifOwned: file.if_owned,
    afterDecline: file.after_decline === 'never' ? 'never' : compileDuration(file.after_decline),
    copy: file.copy,
    ...defined({
      options,
      cooldownMs: compileOptionalDuration(file.cooldown),
      cap: file.cap && compileCap(file.cap),
      redemptions: file.redemptions,
      oneClickLimit: file.one_click_limit,
      paused: file.paused || undefined,
      schedule: file.schedule,
      discountCode: file.discount_code,
      metadata: file.metadata,
    }),
  };
}

type ActionFile = NonNullable<OfferFile['action']>;
type PaidActionFile = NonNullable<OfferFile['options']>[number]['action'];

function compileAction(file: ActionFile): OfferAction {
  switch (file.kind) {
    case 'pause':
      return { kind: file.kind, ...defined({ forMs: compileOptionalDuration(file.for) }) };
    case 'extend_trial':
      return { kind: file.kind, byMs: compileDuration(file.by) };
    default:
      return compilePaidAction(file);
  }
}

function compilePaidAction(file: PaidActionFile): PaidAction {
  const productId = file.product_id;
  switch (file.kind) {
    case 'charge':
      return {
        kind: file.kind,
        productId,
        ...compileQuantity(file.quantity),
        ...defined({ addons: file.addons && compileAddons(file.addons) }),
      };
    case 'payment':
      return { kind: file.kind, productId, ...compileQuantity(file.quantity) };
    case 'change_plan': {
      const usualMode = file.effective_at === 'immediately' ? 'difference_immediately' : 'full_immediately';
      return {
        kind: file.kind,
        productId,
        prorationBillingMode: file.proration_billing_mode ?? usualMode,
        effectiveAt: file.effective_at,
        ...(file.quantity !== undefined && compileSeats(file.quantity)),
        ...defined({ addons: file.addons && compileAddons(file.addons) }),
      };
    }
  }
}

type QuantityFile = number | { min: number; max: number; default?: number };

function compileQuantity(file: QuantityFile) {
  if (typeof file === 'number') return { quantity: file };
  const { min, max } = file;
  return { quantity: file.default ?? min, quantityChoice: { min, max } };
}

/** Without a default, the subscription's current quantity is preselected. */
function compileSeats(file: QuantityFile) {
  if (typeof file === 'number') return { quantity: file };
  const { min, max } = file;
  return { ...defined({ quantity: file.default }), quantityChoice: { min, max } };
}

function compileAddons(file: { addon_id: string; quantity: number }[]) {
  return file.map(({ addon_id, quantity }) => ({ addonId: addon_id, quantity }));
}
