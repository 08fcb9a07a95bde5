/** Notifications to the merchant's backend that could not be delivered. */
import { shownPurchaseId } from '../../domain/ids.js';
import { html } from '../../html.js';
import type { Visitor } from '../access.js';
import type { DashboardDeps } from '../deps.js';
import { commandForm } from '../parts/command.js';
import type { Page } from '../parts/layout.js';
import { facts } from '../parts/table.js';
import { ageOf, badge, hrefOf, idLink, moment, several } from '../parts/words.js';

const MOST = 100;

export async function notificationsPage(
  { ledger, now }: Pick<DashboardDeps, 'ledger' | 'now'>,
  visitor: Visitor,
): Promise<Page> {
  const dead = await ledger.deadNotifications({ all: false, limit: MOST });
  const count = await ledger.countDeadNotifications();
  return {
    title: 'Notifications',
    area: '/dashboard/notifications',
    body: html`
      <div class="head">
        <h1>Notifications</h1>
        <p>
          Webhooks to your backend are tried for three days. Those that failed for good wait here until
          somebody sends them again.
        </p>
      </div>
      ${
        dead.length === 0
          ? html`<section class="panel">
              <p class="none">None is dead: your backend was told everything.</p>
            </section>`
          : html`<p>
                ${several(count, 'dead notification')}${count > dead.length && `, the latest ${dead.length} of them here`}.
              </p>
              <div class="columns">
                ${dead.map(
                  ({ id, notification, failure, failedAt }) =>
                    html`<section class="panel" aria-labelledby="${id}">
                      <header>
                        <h2 id="${id}">${notification.type}</h2>
                        ${badge(`dead for ${ageOf(failedAt, now())}`, 'bad')}
                      </header>
                      ${facts([
                        ['Notification', html`<span class="id">${id}</span>`],
                        [
                          'Purchase',
                          idLink(
                            shownPurchaseId(notification.purchaseId),
                            hrefOf.purchase(notification.purchaseId),
                          ),
                        ],
                        ['Sequence', String(notification.sequence)],
                        ['Of', moment(notification.timestamp)],
                        ['Died', moment(failedAt)],
                        ['Because', failure],
                      ])}
                      ${commandForm({
                        visitor,
                        action: `/dashboard/notifications/${id}/retry`,
                        label: 'Send it again',
                        explains: 'A run tries for three more days, under the same webhook id.',
                        back: '/dashboard/notifications',
                      })}
                    </section>`,
                )}
              </div>`
      }
    `,
  };
}
