import { condition, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { probeActivities } from './probe-activities.js';

export const note = defineSignal<[string]>('note');
export const finish = defineSignal('finish');

/** Collects signals until it is signalled to finish. */
export async function collect(): Promise<string[]> {
  const notes: string[] = [];
  let finished = false;
  setHandler(note, (text) => void notes.push(text));
  setHandler(finish, () => void (finished = true));
  await condition(() => finished);
  return notes;
}

const { greet } = proxyActivities<typeof probeActivities>({ startToCloseTimeout: '10s' });

export async function greetSomebody(name: string): Promise<string> {
  return await greet(name);
}

/** Waits on a durable timer. */
export async function waitDays(days: number): Promise<string> {
  await sleep(`${days} days`);
  return `waited ${days} days`;
}
