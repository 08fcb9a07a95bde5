/** `/elements/...`: the offer component, for any page. */
import { Router, type Response } from 'express';
import { loadElements } from '../elements/bundle.js';
import { Problem } from '../problem.js';

const FIVE_MINUTES = 300;
const ONE_YEAR = 365 * 24 * 60 * 60;

export function elementRoutes(): Router {
  const router = Router();

  async function send(res: Response, name: string, maxAge: string): Promise<void> {
    const file = (await loadElements()).files.get(name);
    if (!file) throw new Problem('unknown_route', { detail: 'There is no such file.' });
    res
      .set({
        ...OPEN,
        'Content-Type': 'text/javascript; charset=utf-8',
        'Cache-Control': maxAge,
      })
      .send(file.body);
  }

  router.get('/elements/manifest.json', async (_req, res) => {
    const { version, files } = await loadElements();
    res.set({ ...OPEN, 'Cache-Control': `public, max-age=${FIVE_MINUTES}` }).json({
      version,
      files: Object.fromEntries(
        [...files].map(([name, { integrity }]) => [
          name,
          { path: `/elements/${version}/${name}`, integrity },
        ]),
      ),
    });
  });
  router.get('/elements/:file', (req, res) => send(res, req.params.file, `public, max-age=${FIVE_MINUTES}`));
  /** Never changes: another build has another version. */
  router.get('/elements/:version/:file', async (req, res) => {
    if (req.params.version !== (await loadElements()).version)
      throw new Problem('unknown_route', { detail: 'This version is not served any more.' });
    await send(res, req.params.file, `public, max-age=${ONE_YEAR}, immutable`);
  });
  return router;
}

/** Pages of any origin may load scripts; modules need the consent of their server. */
const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
};
