import { notFound, unprocessable } from '../errors.js';
import type { CartItem, Currency, DiscountRow, ProductRow } from '../model.js';
import type { World } from '../world.js';
import { assertApplies, deductions, redeemable } from './discounts.js';
import { taxed } from './tax.js';

export interface PricedAddon {
  addon_id: string;
  name: string;
  quantity: number;
  unit_price: number;
}

/** One cart line, in minor units. `recurring` amounts are for each later period, the others are due now. */
export interface PricedLine {
  product: ProductRow;
  quantity: number;
  unit_price: number;
  addons: PricedAddon[];
  subscription: boolean;
  inclusive: boolean;
  trial_days: number;
  list: number;
  discount: number;
  tax: number;
  total: number;
  recurring: { list: number; discount: number; tax: number; total: number } | null;
}

export interface PricedCart {
  currency: Currency;
  country: string;
  lines: PricedLine[];
  discounts: DiscountRow[];
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
}

export interface CartTerms {
  country: string;
  discountCodes: string[];
  customerId: string | null;
  trialDays: number | null;
  onDemand: { mandate_only: boolean; product_price: number | null } | null;
}

/** The least card networks accept, in minor units. Zero is fine, since nothing is charged. */
const MINIMUM_CHARGE = 50;

/**
 * Prices a cart, with discounts and tax.
 *
 * @throws ApiError 404 or 422 when something in it cannot be sold
 */
export function priceCart(world: World, items: CartItem[], terms: CartTerms): PricedCart {
  const [first] = items;
  if (!first) throw unprocessable('PRODUCT_CART_EMTPY', 'product_cart is empty');
  const currency = sellable(world, first.product_id).price.currency;
  const listed = items.map((item) => listLine(world, item, currency, terms));
  const discounts = terms.discountCodes.map((code) => redeemable(world, code, terms.customerId));
  const discountable = listed.map((line) => ({ product_id: line.product.product_id, amount: line.list }));
  for (const discount of discounts) assertApplies(discount, discountable, currency);
  const off = totalDeductions(discounts, listed, currency, (line) => line.list);
  const recurringOff = totalDeductions(discounts, listed, currency, (line) => line.recurringList);
  const lines = listed.map(({ recurringList, ...line }, index): PricedLine => {
    const discount = off[index] ?? 0;
    const recurringDiscount = recurringOff[index] ?? 0;
    return {
      ...line,
      discount,
      ...taxed(line.list - discount, terms.country, line.inclusive),
      recurring: line.subscription
        ? {
            list: recurringList,
            discount: recurringDiscount,
            ...taxed(recurringList - recurringDiscount, terms.country, line.inclusive),
          }
        : null,
    };
  });
  const total = sum(lines, (line) => line.total);
  if (total > 0 && total < MINIMUM_CHARGE) {
    throw unprocessable(
      'TOTAL_PAYMENT_AMOUNT_BELOW_MINIMUM_AMOUNT',
      `Minimum amount of ${MINIMUM_CHARGE} minor units is required to process payment`,
    );
  }
  return {
    currency,
    country: terms.country,
    lines,
    discounts,
    subtotal: sum(lines, (line) => line.list),
    discount: sum(lines, (line) => line.discount),
    tax: sum(lines, (line) => line.tax),
    total,
  };
}

type ListedLine = Omit<PricedLine, 'discount' | 'tax' | 'total' | 'recurring'> & { recurringList: number };

function listLine(world: World, item: CartItem, currency: Currency, terms: CartTerms): ListedLine {
  const product = sellable(world, item.product_id);
  const { price } = product;
  if (price.currency !== currency) {
    throw unprocessable(
      'UNSUPPORTED_CURRENCY',
      'All items in the product cart should be priced in one currency',
    );
  }
  const subscription = price.type === 'recurring_price';
  const addons = pricedAddons(world, product, item.addons ?? [], currency);
  const unit_price = unitPrice(product, item.amount ?? null);
  const full = unit_price * item.quantity + sum(addons, (addon) => addon.unit_price * addon.quantity);
  const trial_days = subscription ? (terms.trialDays ?? price.trial_period_days ?? 0) : 0;
  const list = subscription ? firstCharge(full, trial_days, terms.onDemand) : full;
  return {
    product,
    quantity: item.quantity,
    unit_price,
    addons,
    subscription,
    inclusive: price.tax_inclusive === true,
    trial_days,
    list,
    recurringList: subscription ? full : 0,
  };
}

function firstCharge(full: number, trialDays: number, onDemand: CartTerms['onDemand']): number {
  if (onDemand?.mandate_only === true || trialDays > 0) return 0;
  return onDemand?.product_price ?? full;
}

function unitPrice({ price }: ProductRow, amount: number | null): number {
  if (price.type !== 'one_time_price' || price.pay_what_you_want !== true) return price.price;
  const chosen = amount ?? price.suggested_price ?? price.price;
  if (chosen < price.price) {
    throw unprocessable(
      'REQUEST_AMOUNT_BELOW_MINIMUM',
      'Amount cannot be less than minimum amount specified for the product',
    );
  }
  return chosen;
}

/** Prices the add-ons of a cart line or plan change. */
export function pricedAddons(
  world: World,
  product: ProductRow,
  addons: { addon_id: string; quantity: number }[],
  currency: Currency,
): PricedAddon[] {
  if (new Set(addons.map((one) => one.addon_id)).size !== addons.length) {
    throw unprocessable('DUPLICATE_ADDON_IDS_IN_REQUEST', 'Duplicate addon IDs are not allowed');
  }
  return addons.map(({ addon_id, quantity }) => {
    const addon = world.tables.addons.get(addon_id);
    if (!addon || !product.addons.includes(addon_id)) {
      throw unprocessable('MISSING_ADDON_IDS', `One or more product IDs do not exist: ${addon_id}`);
    }
    if (addon.currency !== currency) {
      throw unprocessable('UNSUPPORTED_CURRENCY', `Addon ${addon_id} is not priced in ${currency}`);
    }
    return { addon_id, name: addon.name, quantity, unit_price: addon.price };
  });
}

function totalDeductions(
  discounts: DiscountRow[],
  lines: ListedLine[],
  currency: Currency,
  amountOf: (line: ListedLine) => number,
): number[] {
  const off = lines.map(() => 0);
  for (const discount of discounts) {
    const rest = lines.map((line, index) => ({
      product_id: line.product.product_id,
      amount: amountOf(line) - (off[index] ?? 0),
    }));
    deductions(discount, rest, currency).forEach((more, index) => (off[index] = (off[index] ?? 0) + more));
  }
  return off;
}

/**
 * Returns a product that can be bought.
 *
 * @throws ApiError 404 when there is none, 422 when it is archived
 */
export function sellable(world: World, productId: string): ProductRow {
  const product = world.tables.products.get(productId);
  if (!product) throw notFound('Product', productId);
  if (product.archived) throw unprocessable('PRODUCT_IS_DELETED', `Product ${productId} is archived`);
  return product;
}

export function sum<T>(items: T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}
