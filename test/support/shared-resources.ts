/** What all test files share, made by the global setup when the first one asks. */
import { request } from 'node:http';
import { inject } from 'vitest';

/** Asks for a resource. Waits without a limit: `fetch` would give up on a server that is being built. */
export async function ask<T>(path: string): Promise<T> {
  return await new Promise((resolve, reject) => {
    const sent = request(inject('sharedTestResources') + path, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body) as T);
        else reject(new Error(body));
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}
