/** The page on which an operator exchanges a key for a session. */
import { html, type Html } from '../../html.js';
import { document, MARK } from '../parts/layout.js';

export function signInPage({ token, to, failed }: { token: string; to: string; failed?: string }): Html {
  return document(
    'Sign in',
    html`<main class="sign-in" id="content">
      <div class="brand">${MARK}<span>Durable upsells</span></div>
      <form class="panel command" method="post" action="/dashboard/sign-in">
        <h1>Sign in</h1>
        <p class="small soft">
          With an operator key. It is exchanged for a session of eight hours and kept nowhere else.
        </p>
        ${failed !== undefined && html`<p class="banner bad" role="alert">${failed}</p>`}
        <input type="hidden" name="token" value="${token}" />
        <input type="hidden" name="to" value="${to}" />
        <label>
          Operator key
          <input name="key" type="password" required autocomplete="current-password" maxlength="256" />
        </label>
        <button class="main" type="submit">Sign in</button>
      </form>
    </main>`,
  );
}
