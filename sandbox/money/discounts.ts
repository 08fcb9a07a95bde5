import { unprocessable } from '../errors.js';
import type { Currency, DiscountDetail, DiscountRow, HeldDiscount } from '../model.js';
import type { World } from '../world.js';

const BASIS_POINTS = 10_000;

export function discountByCode(world: World, code: string): DiscountRow | undefined {
  return world.tables.discounts.all().find((discount) => discount.code === code.toUpperCase());
}

/**
 * Returns the discount behind a code that may be used now.
 *
 * @throws ApiError 422 with Dodo's code when it may not
 */
export function redeemable(world: World, code: string, customerId: string | null): DiscountRow {
  const discount = discountByCode(world, code);
  if (!discount) throw unprocessable('INVALID_DISCOUNT_CODE', `Invalid Discount Code ${code}`);
  const now = world.now();
  if (discount.starts_at !== null && new Date(discount.starts_at) > now) {
    throw unprocessable(
      'DISCOUNT_NOT_YET_ACTIVE',
      'Discount code is not yet active (starts_at is in the future)',
    );
  }
  if (discount.expires_at !== null && new Date(discount.expires_at) <= now) {
    throw unprocessable('DISCOUNT_CODE_EXPIRED', 'Discount code expired');
  }
  if (discount.usage_limit !== null && discount.times_used >= discount.usage_limit) {
    throw unprocessable('DISCOUNT_CODE_USAGE_LIMIT_EXCEEDED', 'Discount Code hit usage limit');
  }
  if (customerId !== null) assertCustomerMayUse(world, discount, customerId);
  return discount;
}

function assertCustomerMayUse(world: World, discount: DiscountRow, customerId: string): void {
  const paid = world.tables.payments
    .all()
    .filter((payment) => payment.customer_id === customerId && payment.status === 'succeeded');
  const uses = paid.filter((payment) =>
    payment.discounts.some((used) => used.discount_id === discount.discount_id),
  ).length;
  if (discount.per_customer_usage_limit !== null && uses >= discount.per_customer_usage_limit) {
    throw unprocessable(
      'DISCOUNT_PER_CUSTOMER_USAGE_LIMIT_EXCEEDED',
      'Per-customer usage limit exceeded for this discount code',
    );
  }
  const eligible =
    discount.customer_eligibility === 'any' ||
    discount.customer_eligibility === (paid.length === 0 ? 'first_time' : 'existing');
  if (!eligible) {
    throw unprocessable('DISCOUNT_CUSTOMER_NOT_ELIGIBLE', 'Customer is not eligible for this discount code');
  }
}

/** An amount of the cart that a discount may reduce. */
export interface Discountable {
  product_id: string;
  amount: number;
}

export function appliesTo(discount: DiscountRow, productId: string): boolean {
  return discount.restricted_to.length === 0 || discount.restricted_to.includes(productId);
}

function currencyOption(
  discount: DiscountRow,
  currency: Currency,
): DiscountRow['currency_options'][number] | undefined {
  return discount.currency_options.find((option) => option.currency === currency);
}

/** @throws ApiError 422 when a discount fits no line, or their subtotal is below its minimum */
export function assertApplies(discount: DiscountRow, lines: Discountable[], currency: Currency): void {
  const eligible = lines.filter((line) => appliesTo(discount, line.product_id));
  if (eligible.length === 0) {
    throw unprocessable(
      'DISCOUNT_NOT_AVAILABLE_FOR_PRODUCT',
      'Discount coupon not available for this product',
    );
  }
  const subtotal = eligible.reduce((total, line) => total + line.amount, 0);
  if (subtotal < (currencyOption(discount, currency)?.minimum_subtotal ?? 0)) {
    throw unprocessable(
      'DISCOUNT_MINIMUM_SUBTOTAL_NOT_MET',
      "Cart subtotal is below the discount's minimum required subtotal",
    );
  }
}

/** Returns the deduction from each line, in minor units, in the order of the lines. */
export function deductions(discount: DiscountRow, lines: Discountable[], currency: Currency): number[] {
  const cap = currencyOption(discount, currency)?.max_amount_possible;
  let left = cap ?? (discount.type === 'flat' ? 0 : Infinity);
  return lines.map((line) => {
    if (!appliesTo(discount, line.product_id)) return 0;
    const wanted =
      discount.type === 'flat' ? line.amount : Math.round((line.amount * discount.amount) / BASIS_POINTS);
    const off = Math.min(wanted, left);
    left -= off;
    return off;
  });
}

/** Applies the subscription's remaining discounts, in order, to a recurring amount. */
export function discounted(
  world: World,
  amount: number,
  productId: string,
  currency: Currency,
  held: HeldDiscount[],
): number {
  return held.reduce((rest, { discount_id, cycles_remaining }) => {
    const discount = world.tables.discounts.get(discount_id);
    if (!discount || cycles_remaining === 0) return rest;
    const [off = 0] = deductions(discount, [{ product_id: productId, amount: rest }], currency);
    return rest - off;
  }, amount);
}

export function discountDetail(
  discount: DiscountRow,
  position: number,
  cyclesRemaining: number | null,
): DiscountDetail {
  const { discount_id, business_id, code, name, type, amount, created_at, expires_at } = discount;
  const { metadata, preserve_on_plan_change, restricted_to, times_used, usage_limit, subscription_cycles } =
    discount;
  return {
    discount_id,
    business_id,
    code,
    name,
    type,
    amount,
    created_at,
    expires_at,
    metadata,
    preserve_on_plan_change,
    restricted_to,
    times_used,
    usage_limit,
    subscription_cycles,
    position,
    cycles_remaining: cyclesRemaining,
  };
}
