import { readCard } from '../dodo/cards.js';
import { createCustomer, customerOf } from '../dodo/customers.js';
import { methodOf, saveCard } from '../dodo/payment-methods.js';
import { parse, unprocessable } from '../errors.js';
import type { CustomerRow, MethodRow } from '../model.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import type { CardInput, ChargeAnswer, CustomerChange, CustomerInput, MethodChange } from './schemas.js';
import {
  cardSchema,
  chargeAnswerSchema,
  customerChangeSchema,
  customerSchema,
  methodChangeSchema,
} from './schemas.js';

export function addCustomer(
  world: World,
  input: CustomerInput,
): { customer: CustomerRow; payment_method_ids: string[] } {
  const { cards, ...person } = parse(customerSchema, input);
  const customer = createCustomer(world, person);
  const methods = cards.map((card) => saveTestCard(world, customer.customer_id, card));
  return { customer, payment_method_ids: methods.map((method) => method.payment_method_id) };
}

export function saveTestCard(world: World, customerId: string, input?: CardInput): MethodRow {
  const { recurring_enabled, currencies, ...entry } = parse(cardSchema, input);
  const reading = readCard(entry);
  if (!reading.ok) {
    throw unprocessable(
      reading.error_code,
      `${entry.number} is not a test card of the sandbox, or its expiry date is invalid`,
    );
  }
  return saveCard(world, customerOf(world, customerId).customer_id, reading.card, {
    recurring_enabled,
    currencies,
  });
}

export function changeCustomer(world: World, id: string, input: CustomerChange): CustomerRow {
  const customer = customerOf(world, id);
  const { blocked, preferred_locale } = parse(customerChangeSchema, input);
  const changed: CustomerRow = {
    ...customer,
    ...(blocked !== undefined && { blocked_at: blocked ? timestamp(world) : null }),
    ...(preferred_locale !== undefined && { preferred_locale }),
  };
  world.tables.customers.put(changed);
  return changed;
}

export function changeMethod(
  world: World,
  customerId: string,
  methodId: string,
  input: MethodChange,
): MethodRow {
  const method = methodOf(world, customerId, methodId);
  const { expiry_month, expiry_year, recurring_enabled, currencies } = parse(methodChangeSchema, input);
  const changed: MethodRow = {
    ...method,
    card: {
      ...method.card,
      expiry_month: expiry_month ?? method.card.expiry_month,
      expiry_year: expiry_year ?? method.card.expiry_year,
    },
    recurring_enabled: recurring_enabled ?? method.recurring_enabled,
    currencies: currencies === undefined ? method.currencies : currencies,
  };
  world.tables.methods.put(changed);
  return changed;
}

export function queueAnswer(world: World, customerId: string, input: ChargeAnswer): void {
  const { times, ...answer } = parse(chargeAnswerSchema, input);
  const { customer_id } = customerOf(world, customerId);
  world.tables.answers.put({ ...answer, id: newId('ans'), customer_id, remaining: times });
}
