/** The pages on which an operator signs in. */
import { html, type Html } from '../../html.js';
import { document, MARK } from '../parts/layout.js';

export interface SignIn {
  token: string;
  /** Where the browser goes afterwards; a path of the dashboard. */
  to: string;
  failed?: string;
  /** The OpenID Connect provider, where there is one. */
  provider?: string;
}

/** Builds the page on which an operator exchanges a key for a session, or goes to the provider. */
export function signInPage({ token, to, failed, provider }: SignIn): Html {
  return document(
    'Sign in',
    html`<main class="sign-in" id="content">
      <div class="brand">${MARK}<span>Durable upsells</span></div>
      <form class="panel command" method="post" action="/dashboard/sign-in">
        <h1>Sign in</h1>
        ${failed !== undefined && html`<p class="banner bad" role="alert">${failed}</p>`}
        ${
          provider !== undefined &&
          html`<p>
            <a class="button main" href="/dashboard/sign-in/provider?to=${encodeURIComponent(to)}"
              >Sign in with ${provider}</a
            >
          </p>`
        }
        <p class="small soft">
          ${provider === undefined ? 'With an' : 'Or with an'} operator key. It is exchanged for a session of
          eight hours and kept nowhere else.
        </p>
        <input type="hidden" name="token" value="${token}" />
        <input type="hidden" name="to" value="${to}" />
        <label>
          Operator key
          <input name="key" type="password" required autocomplete="current-password" maxlength="256" />
        </label>
        <button class="${provider === undefined && 'main'}" type="submit">Sign in</button>
      </form>
    </main>`,
  );
}

/** Builds the page that goes on to `to` by itself. */
export function enteringPage(to: string): Html {
  return document(
    'Signed in',
    html`<main class="sign-in" id="content">
      <p><a href="${to}">Go on to the dashboard</a></p>
    </main>`,
    to,
  );
}
