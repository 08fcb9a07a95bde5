import type DodoPayments from 'dodopayments';
import { notFound } from '../errors.js';
import { newId } from '../state/ids.js';
import type { CustomerRow, Metadata } from '../model.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { BUSINESS_ID } from './business.js';

export interface NewCustomer {
  email: string;
  name: string;
  phone_number?: string | null | undefined;
  metadata?: Metadata | undefined;
}

export function createCustomer(world: World, input: NewCustomer): CustomerRow {
  const customer: CustomerRow = {
    customer_id: newId('cus'),
    created_at: timestamp(world),
    email: input.email,
    name: input.name,
    phone_number: input.phone_number ?? null,
    metadata: input.metadata ?? {},
  };
  world.tables.customers.put(customer);
  return customer;
}

export function customerOf(world: World, id: string): CustomerRow {
  const customer = world.tables.customers.get(id);
  if (!customer) throw notFound('Customer', id);
  return customer;
}

/** Returns the newest customer with an email address. */
export function customerByEmail(world: World, email: string): CustomerRow | undefined {
  return world.tables.customers
    .all()
    .reverse()
    .find((customer) => customer.email.toLowerCase() === email.toLowerCase());
}

export function customerView(customer: CustomerRow): DodoPayments.Customer {
  return {
    business_id: BUSINESS_ID,
    ...customer,
    blocked_at: customer.blocked_at ?? null,
    blocklist_entry_id: customer.blocked_at == null ? null : `ble_${customer.customer_id}`,
  };
}

export function limitedCustomerView(world: World, customerId: string): DodoPayments.CustomerLimitedDetails {
  const { customer_id, email, name, phone_number, metadata } = customerOf(world, customerId);
  return { customer_id, email, name, phone_number, metadata };
}
