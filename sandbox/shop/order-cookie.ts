/** What was bought last in this browser, so that the thank-you page can name it. A real shop looks into its orders. */
import type { Request, Response } from 'express';
import { goodOf, type Good } from './goods.js';

const NAME = 'shop_order';
const HOUR = 60 * 60 * 1000;

export function rememberOrder(res: Response, purchaseId: string, good: Good): void {
  const maxAge = 24 * HOUR;
  res.cookie(NAME, `${purchaseId}.${good.productId}`, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/thank-you',
    maxAge,
  });
}

/** Undefined when the last order was another one, or made in another browser. */
export function rememberedOrder(req: Request, purchaseId: string): Good | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  const [rememberedId, productId] = value?.split('.') ?? [];
  return rememberedId === purchaseId ? goodOf(productId) : undefined;
}
