/** Reads and writes recorded histories, without what identifies the recording machine. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { temporal } from '@temporalio/proto';
import { format, resolveConfig } from 'prettier';
import { fromTemporalJson, toTemporalJson, type HistoryJson } from './history-json.js';

type History = temporal.api.history.v1.IHistory;

export const HISTORIES = fileURLToPath(new URL('histories/', import.meta.url));

/** The content of a file. `history` is in Temporal's own JSON form, which its UI and CLI can read. */
export interface RecordedRun {
  workflowId: string;
  history: HistoryJson;
}

export async function listHistories(): Promise<string[]> {
  return (await readdir(HISTORIES)).filter((name) => name.endsWith('.json')).sort();
}

export async function readHistory(file: string): Promise<RecordedRun> {
  return JSON.parse(await readFile(join(HISTORIES, file), 'utf8')) as RecordedRun;
}

export async function writeHistory(file: string, workflowId: string, history: History): Promise<void> {
  const cleaned = clean(toTemporalJson(history));
  const path = join(HISTORIES, file);
  const config = await resolveConfig(path);
  await writeFile(
    path,
    await format(JSON.stringify({ workflowId, history: cleaned }), { ...config, parser: 'json' }),
  );
}

/** Converts a recorded run for a replay. */
export function replayable({ workflowId, history }: RecordedRun): { workflowId: string; history: History } {
  return { workflowId, history: fromTemporalJson(history) };
}

export async function removeHistories(): Promise<void> {
  for (const file of await listHistories()) await rm(join(HISTORIES, file));
}

/** Replaces the names of the recording machine, its processes and its build. */
const RECORDER = 'recorder';
const NAMES_THE_RECORDER = new Set(['identity', 'buildId', 'binaryChecksum']);

/** Removes hosts, processes, and file paths in stacks. None of it matters to a replay. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([key]) => key !== 'stackTrace');
  return Object.fromEntries(
    fields.map(([key, field]) => {
      if (NAMES_THE_RECORDER.has(key)) return [key, RECORDER];
      if (key === 'taskQueue' && isSticky(field)) return [key, { ...field, name: RECORDER }];
      return [key, clean(field)];
    }),
  );
}

function isSticky(queue: unknown): queue is object {
  return (queue as { kind?: unknown } | null)?.kind === 'TASK_QUEUE_KIND_STICKY';
}

/** Returns everything in a recorded run as text, including the content of payloads. */
export function textOf(run: RecordedRun): string {
  const texts: string[] = [];
  collect(run, texts);
  return texts.join('\n');
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) {
      texts.push(`"${key}":`);
      if (key === 'data' && typeof field === 'string') texts.push(Buffer.from(field, 'base64').toString());
      else collect(field, texts);
    }
  }
}
