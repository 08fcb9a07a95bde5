/**
 * `/o/{id}#{token}` or `/o/{token}`: an offer for e-mails and messengers. The page is the same for every address and asks
 * nothing of the run: scanners that open links decide nothing, and learn nothing.
 */
import { Router } from 'express';
import { pageHeaders } from '../page-headers.js';
import { loadElements } from '../elements/bundle.js';

export function hostedPageRoutes(): Router {
  const router = Router();
  router.get(
    '/o/:link',
    pageHeaders(
      {
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
      'no-referrer',
    ),
    async (_req, res) => {
      const { version, files } = await loadElements();
      res
        .set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow, noarchive' })
        .type('html')
        .send(page(`/elements/${version}/hosted-page.js`, files.get('hosted-page.js')?.integrity ?? ''));
    },
  );
  router.get('/o-page.css', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').type('css').send(STYLES);
  });
  return router;
}

function page(script: string, integrity: string): string {
  return `<!doctype html>
<html lang="">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex, nofollow, noarchive" />
    <meta name="referrer" content="no-referrer" />
    <title>\u2026</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/o-page.css" />
    <script type="module" src="${script}" integrity="${integrity}"></script>
  </head>
  <body>
    <main>
      <h1></h1>
      <div id="offer"></div>
      <p id="gone" role="status" hidden></p>
    </main>
  </body>
</html>
`;
}

const STYLES = `:root{color-scheme:light dark;font-family:system-ui,sans-serif;background:light-dark(#f3f5f8,#0f1318);color:light-dark(#1b1f27,#eef1f6)}
body{margin:0;min-height:100dvh;display:grid;place-items:center}
main{width:min(100% - 2rem,34rem);padding-block:1.5rem}
h1{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
#gone{text-align:center;font-size:1.125rem}
`;
