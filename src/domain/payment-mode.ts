/** How an offer is paid. */
import type { PaymentMethodSummary, Presentation } from './presentation.js';

/** Returns how an offer is paid. Only one click names the saved method. */
export function paymentBy(
  mode: Presentation['payment']['mode'],
  method?: PaymentMethodSummary,
): Presentation['payment'] {
  return { mode, ...(mode === 'one_click' && method && { method }) };
}
