import type { AddonRow, DiscountRow, ProductRow } from './model.js';
import { BUSINESS_ID } from './dodo/business.js';
import type { World } from './world.js';
import { timestamp } from './world.js';

/** One-time products: id, name, US cents. */
const ONE_TIME: [string, string, number][] = [
  ['prod_starter_course', 'Starter course', 4900],
  ['prod_complete_bundle', 'Complete bundle', 14900],
  ['prod_course_workbook', 'Course workbook', 1900],
  ['prod_single_license', 'Single license', 9900],
  ['prod_two_seat_pack', 'Two-seat pack', 14900],
  ['prod_team_license', 'Team license', 39900],
  ['prod_setup_session', 'Setup session', 5900],
];

/** Monthly plans: id, name, US cents. */
const MONTHLY: [string, string, number][] = [
  ['prod_basic_plan', 'Basic plan', 2900],
  ['prod_pro_lite', 'Pro Lite plan', 4900],
  ['prod_pro_plan', 'Pro plan', 7900],
];

const PRICE_TERMS = {
  currency: 'USD' as const,
  tax_inclusive: false,
  discount: 0,
  discount_bps: null,
  purchasing_power_parity: false,
};

const EXTRA_STORAGE = 'adn_extra_storage';
const EXTRA_STORAGE_PRICE = 500;
const SUBSCRIPTION_PERIOD_YEARS = 10;
const TEAM_DISCOUNT_BASIS_POINTS = 2000;

/** Adds the example shop's products, add-on and discount; existing rows stay as they are. */
export function seed(world: World): void {
  const at = timestamp(world);
  const common = { created_at: at, updated_at: at, description: null, tax_category: 'saas' as const };
  const products: ProductRow[] = [
    ...ONE_TIME.map(([product_id, name, price]) => ({
      ...common,
      product_id,
      name,
      price: { type: 'one_time_price' as const, price, ...PRICE_TERMS },
      metadata: {},
      addons: [],
      archived: false,
    })),
    ...MONTHLY.map(([product_id, name, price]) => ({
      ...common,
      product_id,
      name,
      price: {
        type: 'recurring_price' as const,
        price,
        ...PRICE_TERMS,
        payment_frequency_count: 1,
        payment_frequency_interval: 'Month' as const,
        subscription_period_count: SUBSCRIPTION_PERIOD_YEARS,
        subscription_period_interval: 'Year' as const,
        trial_period_days: 0,
      },
      metadata: {},
      addons: [EXTRA_STORAGE],
      archived: false,
    })),
  ];
  const addon: AddonRow = {
    ...common,
    id: EXTRA_STORAGE,
    name: 'Extra storage',
    price: EXTRA_STORAGE_PRICE,
    currency: 'USD',
  };
  const discount: DiscountRow = {
    discount_id: 'dsc_team20',
    business_id: BUSINESS_ID,
    code: 'TEAM20',
    name: 'Team launch',
    type: 'percentage',
    amount: TEAM_DISCOUNT_BASIS_POINTS,
    created_at: at,
    customer_eligibility: 'any',
    metadata: {},
    preserve_on_plan_change: false,
    restricted_to: [],
    times_used: 0,
    currency_options: [],
    expires_at: null,
    starts_at: null,
    per_customer_usage_limit: null,
    subscription_cycles: null,
    usage_limit: null,
  };
  const { tables } = world;
  for (const product of products) if (!tables.products.get(product.product_id)) tables.products.put(product);
  if (!tables.addons.get(addon.id)) tables.addons.put(addon);
  if (!tables.discounts.get(discount.discount_id)) tables.discounts.put(discount);
}
