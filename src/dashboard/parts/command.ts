/** Forms that give a command. Each asks for a reason. */
import { html, type Html } from '../../html.js';
import type { Visitor } from '../access.js';

export interface CommandForm {
  visitor: Visitor;
  action: string;
  /** What the button says. */
  label: string;
  /** What it does, before it is done. */
  explains: string;
  /** Further fields. */
  fields?: Html;
  tone?: 'main' | 'danger';
  /** Where the browser goes afterwards; a path of the dashboard. */
  back: string;
  /** Shown at once instead of folded away. */
  open?: boolean;
}

/** Builds the form of a command, folded away behind its name. */
export function commandForm({
  visitor,
  action,
  label,
  explains,
  fields,
  tone,
  back,
  open,
}: CommandForm): Html {
  const form = html`<form class="command" method="post" action="${action}">
    <p class="small soft">${explains}</p>
    <input type="hidden" name="token" value="${visitor.token}" />
    <input type="hidden" name="back" value="${back}" />
    ${fields}
    <label>Reason <input name="reason" required maxlength="500" autocomplete="off" /></label>
    ${
      visitor.locked || visitor.readOnly
        ? html`<button type="submit" disabled>${label}</button>`
        : html`<button class="${tone}" type="submit">${label}</button>`
    }
  </form>`;
  return open === true
    ? form
    : html`<details>
        <summary>${label}</summary>
        ${form}
      </details>`;
}
