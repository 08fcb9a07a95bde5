import type { World } from '../world.js';

export interface ApiRequest {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
}

/** A response; without `body` it is empty. */
export interface Reply {
  status: number;
  body?: unknown;
}

export interface Route {
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  run: (world: World, request: ApiRequest) => Reply;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export const NO_CONTENT: Reply = { status: 204 };
