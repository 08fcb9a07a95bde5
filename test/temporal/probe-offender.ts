import { readFileSync } from 'node:fs';

/** Does what a workflow must not do; the bundler must reject it. */
export function readsFiles(): Promise<string> {
  return Promise.resolve(readFileSync('/etc/hostname', 'utf8'));
}
