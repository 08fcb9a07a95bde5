/** What several fields of an offer say together. Reads data that may be wrong elsewhere, so that all is reported. */
import { PLACEHOLDERS, PLACEHOLDER_PATTERN, isPlaceholder } from './copy.js';
import { asList, asRecord } from './data.js';
import type { Finding } from './problems.js';
import { didYouMean } from './suggest.js';

export function checkOffers(data: unknown): Finding[] {
  return Object.entries(asRecord(asRecord(data).offers)).flatMap(([id, offer]) => [
    ...checkAction(id, asRecord(asRecord(offer).action)),
    ...checkCopy(id, asRecord(asRecord(offer).copy)),
  ]);
}

function checkAction(offer: string, action: Record<string, unknown>): Finding[] {
  if (action.kind !== 'change_plan') return [];
  const path = ['offers', offer, 'action'];
  const findings: Finding[] = [];
  const mode = action.proration_billing_mode;
  if (action.effective_at === 'next_billing_date' && mode !== undefined && mode !== 'full_immediately') {
    findings.push({
      path: [...path, 'proration_billing_mode'],
      at: 'value',
      message:
        'must be full_immediately: Dodo Payments takes no other mode with effective_at next_billing_date',
    });
  }
  const seen = new Set<unknown>();
  for (const [index, addon] of asList(action.addons).entries()) {
    const id = asRecord(addon).addon_id;
    if (typeof id === 'string' && seen.has(id)) {
      const message = `the add-on "${id}" is listed twice; give its total quantity once`;
      findings.push({ path: [...path, 'addons', index, 'addon_id'], at: 'value', message });
    }
    seen.add(id);
  }
  return findings;
}

function checkCopy(offer: string, copy: Record<string, unknown>): Finding[] {
  const findings: Finding[] = [];
  for (const [field, text] of Object.entries(copy)) {
    if (typeof text !== 'string') continue;
    for (const [placeholder, name] of text.matchAll(PLACEHOLDER_PATTERN)) {
      if (name === undefined || isPlaceholder(name)) continue;
      const known = PLACEHOLDERS.map((each) => `{${each}}`);
      const hint = didYouMean(placeholder.replaceAll(/[\s_]/g, ''), known);
      const message = `there is no placeholder ${placeholder}${hint === '' ? `; expected ${known.join(', ')}` : hint}`;
      findings.push({ path: ['offers', offer, 'copy', field], at: 'value', message });
    }
  }
  if (typeof copy.accept === 'string' && copy.accept === copy.decline) {
    const message = 'must differ from accept, or nobody can tell the buttons apart';
    findings.push({ path: ['offers', offer, 'copy', 'decline'], at: 'value', message });
  }
  return findings;
}
