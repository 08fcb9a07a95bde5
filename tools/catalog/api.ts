/** Reads from a running system, as an operator. */
import type { Catalog } from '../../src/domain/offers.js';
import type { EvaluationRow, RunningRow, WaitingRow } from '../../src/ledger/index.js';
import { CommandFailure } from './failure.js';

export interface Api {
  url: string;
  key: string;
}

export interface CatalogReply {
  hash: string;
  loadedAt: string;
  content: Catalog;
  problem?: { at: string; lines: string[] };
  running: RunningRow[];
  waiting: WaitingRow[];
}

/** Returns the system named by the options or the environment, or undefined if neither names one. */
export function apiOf(options: { api?: string; key?: string }, env = process.env): Api | undefined {
  const url = options.api ?? env.API_URL;
  const key = options.key ?? env.OPERATOR_KEYS?.split(',')[0]?.trim();
  if (url === undefined) return undefined;
  if (!key) {
    throw new CommandFailure(`${url} requires an operator key: pass --key or set OPERATOR_KEYS.`, 2);
  }
  return { url: url.replace(/\/+$/, ''), key };
}

export async function catalogInForce(api: Api): Promise<CatalogReply> {
  return ask<CatalogReply>(api, '/api/catalog');
}

/** Returns every evaluation since a time, read page by page. */
export async function recordedEvaluations(api: Api, since?: string): Promise<EvaluationRow[]> {
  const all: EvaluationRow[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: '500',
      ...(since !== undefined && { since }),
      ...(cursor !== undefined && { cursor }),
    });
    const page = await ask<{ evaluations: EvaluationRow[]; cursor?: string }>(
      api,
      `/api/reports/evaluations?${query.toString()}`,
    );
    all.push(...page.evaluations);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

async function ask<T>({ url, key }: Api, path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
  } catch {
    throw new CommandFailure(`${url} cannot be reached.`, 2);
  }
  const body = (await response.json().catch(() => ({}))) as T & { detail?: string };
  if (!response.ok) {
    throw new CommandFailure(
      `${url}${path} answered ${String(response.status)}: ${body.detail ?? 'no detail'}`,
      2,
    );
  }
  return body;
}
