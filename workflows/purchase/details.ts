/** The details an operator reads on a run's page in the Temporal UI. They cost no history. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { RunState } from '../../src/contract/messages.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import type { ActivePresentation } from '../presentations/active.js';

const NEXT_STEP: Record<PresentationStatus, string> = {
  open: 'The customer accepts or declines, or the window ends.',
  accepted: 'Dodo could not be reached; the charge is sent as soon as it can be.',
  charging: 'Dodo reports the outcome by webhook; it is also polled.',
  reconciling:
    'The reply to the charge was lost. It is looked up at Dodo and **not** sent again. You need not do anything yet.',
  needs_review:
    '**You:** look the attempt up in the Dodo dashboard, and `resolve` this presentation as paid or not paid, with a reason.',
  requires_action: 'The customer confirms the payment (3-D Secure) or pays at the checkout link.',
  fallback: 'The charge failed. The customer has a checkout link; the run waits until it is paid or lapses.',
  scheduled: 'None: a run of its own follows the change until Dodo has made it.',
  paid: 'None.',
  declined: 'None, or the next step of the funnel.',
  expired: 'None, or the next step of the funnel.',
  withdrawn: 'None.',
  failed: 'None.',
};

/** Writes the details of a run. */
export function describeRun(run: RunState, presentation: ActivePresentation | undefined): void {
  const rows: [string, string][] = [
    ['State', run.outcome ? `**${run.outcome}**` : run.state.replace('_', ' ')],
  ];
  if (run.waiting) rows.push(['Waiting', `step ${run.waiting.step} is offered at **${run.waiting.until}**`]);
  if (presentation) {
    rows.push(
      ['Offer', `${presentation.offerId} (${run.funnelId}, step ${presentation.step})`],
      ['Presentation', `${presentation.presentationId}: **${presentation.status}**`],
      ['Price', `${presentation.dueNow} ${presentation.currency} due now, in minor units`],
      ['Deadline', new Date(presentation.expiresAt).toISOString()],
      ['Next step', run.outcome ? 'None.' : NEXT_STEP[presentation.status]],
    );
    if (presentation.subscriptionId) rows.push(['Subscription', presentation.subscriptionId]);
  }
  if (run.catalogHash) rows.push(['Catalog', run.catalogHash]);
  if (run.reason) rows.push(['Reason', run.reason]);
  setCurrentDetails(rows.map(([name, value]) => `- ${name}: ${value}`).join('\n'));
}
