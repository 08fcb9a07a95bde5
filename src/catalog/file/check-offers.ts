/**
 * Checks the fields of an offer against one another. Accepts data of any shape, so that every mistake is reported at
 * once.
 */
import { PLACEHOLDERS, PLACEHOLDER_PATTERN, isPlaceholder } from '../copy.js';
import { asList, asRecord, isRecord } from './data.js';
import type { Finding, Path } from './problems.js';
import {
  isMetadataPlaceholder,
  MAX_METADATA_PAIRS,
  MAX_METADATA_VALUE,
  METADATA_KEY,
  METADATA_PLACEHOLDERS,
  OWN_METADATA_KEYS,
  placeholdersIn,
} from '../../domain/metadata.js';
import { REQUESTED_PLAN } from '../../domain/requested-plan.js';
import { didYouMean } from './suggest.js';
import { canonicalTag } from '../words.js';

const RESERVED = 'is reserved: in a step, it stands for the plan the customer requested';

export function checkOffers(data: unknown): Finding[] {
  return Object.entries(asRecord(asRecord(data).offers)).flatMap(([id, offer]) => {
    const path = ['offers', id];
    const { action, options, copy, schedule, metadata } = asRecord(offer);
    return [
      ...(id === REQUESTED_PLAN ? [{ path, at: 'key' as const, message: RESERVED }] : []),
      // The schema reports an offer that is not a map.
      ...(isRecord(offer) ? checkActions(path, action, options) : []),
      ...checkSchedule([...path, 'schedule'], schedule),
      ...checkCopy([...path, 'copy'], asRecord(copy)),
      ...checkMetadata([...path, 'metadata'], asRecord(metadata)),
    ];
  });
}

/** Checks that the offer has either one action or several options with one each. */
function checkActions(path: Path, action: unknown, options: unknown): Finding[] {
  if (options === undefined) {
    if (action === undefined) {
      const message =
        'is missing; expected an action with a kind (charge, payment, change_plan, pause or extend_trial) and its fields';
      return [{ path: [...path, 'action'], at: 'value', message }];
    }
    return checkAction([...path, 'action'], asRecord(action));
  }
  const findings: Finding[] = [];
  if (action !== undefined) {
    const message = 'cannot be combined with options: each option has its own action';
    findings.push({ path: [...path, 'action'], at: 'key', message });
  }
  const seen = new Set<unknown>();
  for (const [index, option] of asList(options).entries()) {
    const { id, action: optionAction } = asRecord(option);
    if (typeof id === 'string' && seen.has(id)) {
      const message = `this offer already has an option "${id}"`;
      findings.push({ path: [...path, 'options', index, 'id'], at: 'value', message });
    }
    seen.add(id);
    findings.push(...checkAction([...path, 'options', index, 'action'], asRecord(optionAction)));
  }
  return [...findings, ...mixedKinds([...path, 'options'], asList(options))];
}

/** Checks that options do not mix plan changes with charges, which are fulfilled by different workflows. */
function mixedKinds(path: Path, options: readonly unknown[]): Finding[] {
  const changes = options.map((option) => asRecord(asRecord(option).action).kind === 'change_plan');
  const other = changes.findIndex((change) => change !== changes[0]);
  if (other < 0) return [];
  const message = 'either all options of an offer must change the plan, or none of them';
  return [{ path: [...path, other, 'action', 'kind'], at: 'value', message }];
}

export function checkSchedule(path: Path, schedule: unknown): Finding[] {
  const { from, until } = asRecord(schedule);
  if (typeof from !== 'string' || typeof until !== 'string') return [];
  const message = `must be later than from (${from}); otherwise it is never shown`;
  return Date.parse(until) <= Date.parse(from) ? [{ path: [...path, 'until'], at: 'value', message }] : [];
}

function checkQuantity(path: Path, quantity: unknown): Finding[] {
  const { min, max, default: preselected } = asRecord(quantity);
  if (typeof min !== 'number' || typeof max !== 'number') return [];
  if (min >= max) {
    const message = `must be greater than min (${String(min)}); otherwise there is nothing to choose`;
    return [{ path: [...path, 'max'], at: 'value', message }];
  }
  if (typeof preselected !== 'number' || (preselected >= min && preselected <= max)) return [];
  const message = `must be between min (${String(min)}) and max (${String(max)})`;
  return [{ path: [...path, 'default'], at: 'value', message }];
}

function checkAction(path: Path, action: Record<string, unknown>): Finding[] {
  const quantity = checkQuantity([...path, 'quantity'], action.quantity);
  const addons = checkAddons([...path, 'addons'], action.addons);
  if (action.kind !== 'change_plan') return [...quantity, ...addons];
  const findings: Finding[] = [];
  const mode = action.proration_billing_mode;
  if (action.effective_at === 'next_billing_date' && mode !== undefined && mode !== 'full_immediately') {
    findings.push({
      path: [...path, 'proration_billing_mode'],
      at: 'value',
      message:
        'must be full_immediately: Dodo Payments accepts no other mode if effective_at is next_billing_date',
    });
  }
  return [...findings, ...quantity, ...addons];
}

function checkAddons(path: Path, addons: unknown): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<unknown>();
  for (const [index, addon] of asList(addons).entries()) {
    const id = asRecord(addon).addon_id;
    if (typeof id === 'string' && seen.has(id)) {
      const message = `the add-on "${id}" is listed twice; list it once, with the total quantity`;
      findings.push({ path: [...path, index, 'addon_id'], at: 'value', message });
    }
    seen.add(id);
  }
  return findings;
}

/** Checks metadata against what Dodo takes, and against the names that are ours. */
function checkMetadata(path: Path, metadata: Record<string, unknown>): Finding[] {
  const entries = Object.entries(metadata);
  const findings: Finding[] = [];
  if (entries.length > MAX_METADATA_PAIRS) {
    const message = `has ${String(entries.length)} entries; Dodo Payments takes ${String(MAX_METADATA_PAIRS)} beside those of this system`;
    findings.push({ path, at: 'key', message });
  }
  for (const [key, value] of entries) {
    const at = [...path, key];
    if (OWN_METADATA_KEYS.includes(key)) {
      findings.push({ path: at, at: 'key', message: 'is reserved: this system writes it itself' });
    } else if (!METADATA_KEY.test(key)) {
      const message = 'must be 1 to 40 letters, digits, _ and -: Dodo Payments takes no other names';
      findings.push({ path: at, at: 'key', message });
    }
    if (typeof value === 'string') findings.push(...checkMetadataText(at, value));
  }
  return findings;
}

function checkMetadataText(path: Path, text: string): Finding[] {
  const findings: Finding[] = [];
  if (text.length > MAX_METADATA_VALUE) {
    const message = `must have at most ${String(MAX_METADATA_VALUE)} characters, not ${String(text.length)}`;
    findings.push({ path, at: 'value', message });
  }
  const known = METADATA_PLACEHOLDERS.map((each) => `{${each}}`);
  for (const name of placeholdersIn(text)) {
    if (isMetadataPlaceholder(name)) continue;
    const placeholder = `{${name}}`;
    const hint = didYouMean(placeholder, known);
    const message = `there is no placeholder ${placeholder}${hint === '' ? `; expected ${known.join(', ')}` : hint}`;
    findings.push({ path, at: 'value', message });
  }
  return findings;
}

function checkCopy(path: Path, copy: Record<string, unknown>): Finding[] {
  return [
    ...checkWords(path, copy),
    ...(typeof copy.locale === 'string' ? checkTag([...path, 'locale'], 'value', copy.locale) : []),
    ...Object.entries(asRecord(copy.locales)).flatMap(([tag, words]) => [
      ...checkTag([...path, 'locales', tag], 'key', tag),
      ...checkWords([...path, 'locales', tag], asRecord(words)),
      ...checkSameConsents([...path, 'locales', tag], copy, asRecord(words)),
    ]),
  ];
}

function checkTag(path: Path, at: Finding['at'], tag: string): Finding[] {
  const written = canonicalTag(tag);
  if (written === tag) return [];
  const message =
    written === undefined
      ? 'must be a language tag such as de or pt-BR'
      : `must be written ${JSON.stringify(written)}`;
  return [{ path, at, message }];
}

function checkWords(path: Path, copy: Record<string, unknown>): Finding[] {
  const findings: Finding[] = [];
  for (const [field, text] of Object.entries(copy)) {
    if (typeof text !== 'string' || field === 'locale') continue;
    for (const [placeholder, name] of text.matchAll(PLACEHOLDER_PATTERN)) {
      if (name === undefined || isPlaceholder(name)) continue;
      const known = PLACEHOLDERS.map((each) => `{${each}}`);
      const hint = didYouMean(placeholder.replaceAll(/[\s_]/g, ''), known);
      const message = `there is no placeholder ${placeholder}${hint === '' ? `; expected ${known.join(', ')}` : hint}`;
      findings.push({ path: [...path, field], at: 'value', message });
    }
  }
  const seen = new Set<unknown>();
  for (const [index, consent] of asList(copy.consents).entries()) {
    const { id, text } = asRecord(consent);
    if (typeof id === 'string' && seen.has(id)) {
      const message = `these words already have a consent "${id}"`;
      findings.push({ path: [...path, 'consents', index, 'id'], at: 'value', message });
    }
    seen.add(id);
    findings.push(...checkWords([...path, 'consents', index], { text }));
  }
  if (typeof copy.accept === 'string' && copy.accept === copy.decline) {
    const message = 'must differ from accept, so that the buttons can be told apart';
    findings.push({ path: [...path, 'decline'], at: 'value', message });
  }
  return findings;
}

/** Checks that a translation asks for the same consents: whoever reads it agrees to the same. */
function checkSameConsents(
  path: Path,
  copy: Record<string, unknown>,
  words: Record<string, unknown>,
): Finding[] {
  const named = (of: Record<string, unknown>) =>
    asList(of.consents)
      .map(asRecord)
      .map(({ id, required }) => `${String(id)}${required === false ? ' (optional)' : ''}`);
  const [own, translated] = [named(copy), named(words)];
  if (own.join() === translated.join()) return [];
  const message =
    own.length === 0
      ? 'must not ask for consents that the offer does not have in its own language'
      : `must ask for the same consents as the offer does in its own language: ${own.join(', ')}`;
  return [{ path: translated.length === 0 ? path : [...path, 'consents'], at: 'value', message }];
}
