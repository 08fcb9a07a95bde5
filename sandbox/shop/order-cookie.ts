/** Remembers the browser's last order, so that the thank-you page can name it. A real shop would look up its orders. */
import type { Request, Response } from 'express';
import { productOf, type ShopProduct } from './products.js';

const NAME = 'shop_order';
const HOUR = 60 * 60 * 1000;

export function rememberOrder(res: Response, purchaseId: string, good: ShopProduct): void {
  const maxAge = 24 * HOUR;
  res.cookie(NAME, `${purchaseId}.${good.productId}`, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/thank-you',
    maxAge,
  });
}

/** Returns undefined when the last order was a different one, or made in another browser. */
export function rememberedOrder(req: Request, purchaseId: string): ShopProduct | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  const [rememberedId, productId] = value?.split('.') ?? [];
  return rememberedId === purchaseId ? productOf(productId) : undefined;
}
