import type DodoPayments from 'dodopayments';
import { notFound } from '../errors.js';
import type { AddonRow, DiscountRow, ProductRow } from '../model.js';
import type { World } from '../world.js';
import { BRAND_ID, BUSINESS_ID } from './business.js';

export function productOf(world: World, id: string): ProductRow {
  const product = world.tables.products.get(id);
  if (!product) throw notFound('Product', id);
  return product;
}

/** @param locale the language of the name; one without a translation gives the base text */
export function productView(product: ProductRow, locale?: string): DodoPayments.Product {
  const { product_id, description, created_at, updated_at, price, tax_category, metadata, addons, brand_id } =
    product;
  return {
    product_id,
    business_id: BUSINESS_ID,
    brand_id: brand_id ?? BRAND_ID,
    name: product.translations?.[locale ?? ''] ?? product.name,
    description,
    created_at,
    updated_at,
    price,
    tax_category,
    metadata,
    is_recurring: price.type === 'recurring_price',
    addons: addons.length > 0 ? addons : null,
    credit_entitlements: [],
    entitlements: [],
    license_key_enabled: false,
    license_key_activation_message: null,
    license_key_activations_limit: null,
    license_key_duration: null,
    digital_product_delivery: null,
    image: null,
    pricing_mode: null,
    product_collection_id: null,
  };
}

export function productListView(product: ProductRow): DodoPayments.ProductListResponse {
  const { product_id, name, description, created_at, updated_at, price, tax_category, metadata } = product;
  return {
    product_id,
    business_id: BUSINESS_ID,
    name,
    description,
    created_at,
    updated_at,
    tax_category,
    metadata,
    is_recurring: price.type === 'recurring_price',
    price: price.price,
    currency: price.currency,
    tax_inclusive: price.tax_inclusive ?? null,
    price_detail: price,
    entitlements: [],
    image: null,
    pricing_mode: null,
  };
}

export function addonView(addon: AddonRow): DodoPayments.AddonResponse {
  return { ...addon, business_id: BUSINESS_ID, image: null };
}

export function discountView(discount: DiscountRow): DodoPayments.Discount {
  return discount;
}
