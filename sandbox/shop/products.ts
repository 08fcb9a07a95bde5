/** The shop's products. A merchant's app has its own price list; the checkout decides the tax. */

export interface ShopProduct {
  productId: string;
  name: string;
  /** US cents. */
  price: number;
  period?: string;
  tagline: string;
  points: readonly string[];
  /** Shown on the thank-you page. */
  thanks: string;
}

export const CURRENCY = 'USD';

export const PRODUCTS: readonly ShopProduct[] = [
  {
    productId: 'prod_basic_plan',
    name: 'Basic plan',
    price: 2900,
    period: 'month',
    tagline: 'For your first three projects.',
    points: ['Three projects', 'Boards, notes and calendar', 'Cancel at any time'],
    thanks: 'Your Basic plan is active.',
  },
  {
    productId: 'prod_starter_course',
    name: 'Starter course',
    price: 4900,
    tagline: 'Six lessons from idea to launch.',
    points: ['Four hours of video', 'Work at your own pace', 'Yours to keep'],
    thanks: 'Your Starter course is ready.',
  },
  {
    productId: 'prod_single_license',
    name: 'Single license',
    price: 9900,
    tagline: 'The desktop app, paid once.',
    points: ['One seat, two computers', 'A year of updates', 'No subscription'],
    thanks: 'Your Single license is ready.',
  },
];

export function productOf(productId: unknown): ShopProduct | undefined {
  return PRODUCTS.find((good) => good.productId === productId);
}
