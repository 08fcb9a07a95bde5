import { readFileSync } from 'node:fs';

/** What a workflow must not do: the bundler has to refuse it. */
export function readsFiles(): Promise<string> {
  return Promise.resolve(readFileSync('/etc/hostname', 'utf8'));
}
