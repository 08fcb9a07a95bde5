import { BUSINESS_ID } from '../dodo/business.js';
import { productOf } from '../dodo/products.js';
import { conflict, parse } from '../errors.js';
import type { AddonRow, DiscountRow, ProductRow } from '../model.js';
import { discountByCode } from '../money/discounts.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import type { AddonInput, DiscountInput, ProductChange, ProductInput } from './schemas.js';
import { addonInputSchema, discountSchema, productChangeSchema, productSchema } from './schemas.js';

const SUBSCRIPTION_PERIOD_YEARS = 10;

export function addProduct(world: World, input: ProductInput): ProductRow {
  const { product_id, name, description, metadata, addons, brand_id, translations, ...terms } = parse(
    productSchema,
    input,
  );
  if (world.tables.products.get(product_id)) {
    throw conflict('PRODUCT_EXISTS', `Product ${product_id} already exists`);
  }
  const common = {
    price: terms.price,
    currency: terms.currency,
    tax_inclusive: terms.tax_inclusive,
    discount: 0,
    discount_bps: null,
    purchasing_power_parity: false,
  };
  const at = timestamp(world);
  const product: ProductRow = {
    product_id,
    name,
    description,
    created_at: at,
    updated_at: at,
    price: terms.every
      ? {
          type: 'recurring_price',
          ...common,
          payment_frequency_count: terms.every.count,
          payment_frequency_interval: terms.every.interval,
          subscription_period_count: SUBSCRIPTION_PERIOD_YEARS,
          subscription_period_interval: 'Year',
          trial_period_days: terms.trial_period_days,
        }
      : { type: 'one_time_price', ...common, pay_what_you_want: terms.pay_what_you_want },
    tax_category: 'saas',
    metadata,
    addons,
    brand_id,
    archived: false,
    translations,
  };
  world.tables.products.put(product);
  return product;
}

/** Changes a product. A new price applies to new purchases and plan changes; running subscriptions keep theirs. */
export function changeProduct(world: World, id: string, input: ProductChange): ProductRow {
  const product = productOf(world, id);
  const { name, price, archived, brand_id } = parse(productChangeSchema, input);
  const changed: ProductRow = {
    ...product,
    updated_at: timestamp(world),
    name: name ?? product.name,
    price: { ...product.price, price: price ?? product.price.price },
    archived: archived ?? product.archived,
    brand_id: brand_id ?? product.brand_id,
  };
  world.tables.products.put(changed);
  return changed;
}

export function addAddon(world: World, input: AddonInput): AddonRow {
  const at = timestamp(world);
  const addon: AddonRow = {
    ...parse(addonInputSchema, input),
    description: null,
    tax_category: 'saas',
    created_at: at,
    updated_at: at,
  };
  world.tables.addons.put(addon);
  return addon;
}

export function addDiscount(world: World, input: DiscountInput): DiscountRow {
  const terms = parse(discountSchema, input);
  if (discountByCode(world, terms.code)) {
    throw conflict('DISCOUNT_CODE_ALREADY_EXISTS', `Discount Code ${terms.code} already exists`);
  }
  const discount: DiscountRow = {
    ...terms,
    discount_id: newId('dsc'),
    business_id: BUSINESS_ID,
    created_at: timestamp(world),
    metadata: {},
    times_used: 0,
  };
  world.tables.discounts.put(discount);
  return discount;
}
