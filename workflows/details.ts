/** What an operator reads on a run's page in the Temporal UI. Costs no history. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { RunState } from '../src/contract/messages.js';
import type { ActivePresentation } from './presentations.js';

const NEXT_STEP: Record<ActivePresentation['status'], string> = {
  open: 'The customer accepts or declines, or the window ends.',
  accepted: 'Dodo could not be reached; the charge is sent as soon as it can be.',
  charging: 'Dodo reports the outcome by webhook; it is also polled.',
  reconciling:
    'The reply to the charge was lost. Dodo is searched for it; it is **not** sent again. Nothing to do for you yet.',
  needs_review:
    '**You:** look the attempt up in the Dodo dashboard and `resolve` this presentation as paid or not paid, with a reason.',
  requires_action: 'The customer confirms the payment (3-D Secure) or pays at the checkout link.',
  fallback: 'The charge failed. The customer has a checkout link; the run waits for it until it lapses.',
  paid: 'None.',
  declined: 'None, or the next step of the funnel.',
  expired: 'None, or the next step of the funnel.',
  withdrawn: 'None.',
  failed: 'None.',
};

export function describeRun(run: RunState, shown: ActivePresentation | undefined): void {
  const rows: [string, string][] = [
    ['State', run.outcome ? `**${run.outcome}**` : run.state.replace('_', ' ')],
  ];
  if (run.waiting) rows.push(['Waiting', `step ${run.waiting.step} is offered at **${run.waiting.until}**`]);
  if (shown) {
    rows.push(
      ['Offer', `${shown.offerId} (${run.funnelId}, step ${shown.step})`],
      ['Presentation', `${shown.presentationId}: **${shown.status}**`],
      ['Price', `${shown.dueNow} ${shown.currency} due now, in minor units`],
      ['Deadline', new Date(shown.expiresAt).toISOString()],
      ['Next step', run.outcome ? 'None.' : NEXT_STEP[shown.status]],
    );
    if (shown.subscriptionId) rows.push(['Subscription', shown.subscriptionId]);
  }
  if (run.catalogHash) rows.push(['Catalog', run.catalogHash]);
  if (run.reason) rows.push(['Reason', run.reason]);
  setCurrentDetails(rows.map(([name, value]) => `- ${name}: ${value}`).join('\n'));
}
