/**
 * The shop's session: a signed cookie that names the orders of this browser. An id in a URL opens nothing, because URLs
 * end up in logs, histories and mails. A shop with accounts would look at who is signed in.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { productOf, type ShopProduct } from './products.js';

const HOUR = 60 * 60 * 1000;
const MAX_AGE = 24 * HOUR;
const MAX_ORDERS = 5;

export type Order = [purchaseId: string, productId: string];

/** Creates the reader and writer of the session, signed with a key that never leaves the server. */
export function createOrders(key: string) {
  const macOf = (text: string) => createHmac('sha256', key).update(`shop orders ${text}`).digest('base64url');

  /** Lists the orders in the cookie, newest first. */
  function ordersIn(req: Request): Order[] {
    const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const name = `${cookieName(req)}=`;
    const [text = '', mac = ''] =
      pairs
        .find((pair) => pair.startsWith(name))
        ?.slice(name.length)
        .split('.') ?? [];
    const [given, right] = [Buffer.from(mac), Buffer.from(macOf(text))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return [];
    return text.split('~').map((order) => {
      const [purchaseId = '', productId = ''] = order.split(':');
      return [purchaseId, productId];
    });
  }

  /** Returns the cookie's value. */
  function signed(orders: Order[]): string {
    const text = orders.map((order) => order.join(':')).join('~');
    return `${text}.${macOf(text)}`;
  }

  return {
    signed,
    /** Adds an order to the session. */
    remember(req: Request, res: Response, purchaseId: string, good: ShopProduct): void {
      const orders: Order[] = [[purchaseId, good.productId], ...ordersIn(req)];
      res.cookie(cookieName(req), signed(orders.slice(0, MAX_ORDERS)), {
        httpOnly: true,
        sameSite: 'lax',
        secure: req.secure,
        path: '/',
        maxAge: MAX_AGE,
        encode: String,
      });
    },
    /** Checks whether an order was made in this browser. */
    has: (req: Request, purchaseId: string): boolean => ordersIn(req).some(([id]) => id === purchaseId),
    /** Returns what was bought; undefined when it was bought in another browser. */
    productOf(req: Request, purchaseId: string): ShopProduct | undefined {
      return productOf(ordersIn(req).find(([id]) => id === purchaseId)?.[1]);
    },
  };
}

/** The prefix keeps other hosts of the domain from setting it, and works with TLS only. */
function cookieName(req: Request): string {
  return req.secure ? '__Host-shop_order' : 'shop_order';
}
