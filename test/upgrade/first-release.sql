-- Rows of the first release (0000_ledger): open offers of one, two and as many pieces as the subscription has, one that is
-- accepted and not paid yet, one that is paid, and a purchase that waits for its payment.
insert into purchases
  (purchase_id, workflow_id, trigger, customer_id, payment_id, product_ids, amount, currency, purchased_at, paid, status, outcome, funnel_id, catalog_hash, considered, recorded_at, settled_at)
values
  ('pay_one', 'purchase/pay_one', 'purchase', 'cus_one', 'pay_one', '{prod_course}', 1900, 'USD', '2026-11-22T12:00:00Z', true, 'offering', null, 'course', 'sha256:first', '[]', '2026-11-22T12:00:01Z', null),
  ('pay_two', 'purchase/pay_two', 'purchase', 'cus_two', 'pay_two', '{prod_course}', 1900, 'USD', '2026-11-22T12:00:00Z', true, 'offering', null, 'course', 'sha256:first', '[]', '2026-11-22T12:00:01Z', null),
  ('pay_accepted', 'purchase/pay_accepted', 'purchase', 'cus_accepted', 'pay_accepted', '{prod_course}', 1900, 'USD', '2026-11-22T12:00:00Z', true, 'offering', null, 'course', 'sha256:first', '[]', '2026-11-22T12:00:01Z', null),
  ('pay_paid', 'purchase/pay_paid', 'purchase', 'cus_paid', 'pay_paid', '{prod_course}', 1900, 'USD', '2026-11-22T12:00:00Z', true, 'settled', 'converted', 'course', 'sha256:first', '[]', '2026-11-22T12:00:01Z', '2026-11-22T12:05:00Z'),
  ('pur_waiting', 'purchase/pur_waiting', 'purchase', null, null, '{prod_course}', null, null, null, false, 'awaiting_payment', null, null, null, '[]', '2026-11-22T12:00:01Z', null);

insert into presentations
  (id, purchase_id, workflow_id, customer_id, offer_id, funnel_id, step, type, product_id, currency, product, price, payment, copy, status, decision, decided_at, presented_at, expires_at, payment_id, paid_amount, paid_at)
values
  ('prs_one', 'pay_one', 'purchase/pay_one', 'cus_one', 'bundle', 'course', 'bundle', 'upsell', 'prod_bundle', 'USD', '{"id":"prod_bundle","name":"Bundle"}', '{"currency":"USD","dueNow":4900,"hash":"sha256:one"}', '{"mode":"one_click"}', '{"headline":"Bundle","accept":"Pay $49.00","decline":"No"}', 'open', null, null, '2026-11-22T12:00:02Z', '2036-11-22T13:00:00Z', null, null, null),
  ('prs_two', 'pay_two', 'purchase/pay_two', 'cus_two', 'pair', 'course', 'pair', 'upsell', 'prod_bundle', 'USD', '{"id":"prod_bundle","name":"Bundle"}', '{"currency":"USD","dueNow":9800,"hash":"sha256:two"}', '{"mode":"one_click"}', '{"headline":"Two bundles","accept":"Pay $98.00","decline":"No"}', 'open', null, null, '2026-11-22T12:00:02Z', '2036-11-22T13:00:00Z', null, null, null),
  ('prs_accepted', 'pay_accepted', 'purchase/pay_accepted', 'cus_accepted', 'bundle', 'course', 'bundle', 'upsell', 'prod_bundle', 'USD', '{"id":"prod_bundle","name":"Bundle"}', '{"currency":"USD","dueNow":4900,"hash":"sha256:one"}', '{"mode":"one_click"}', '{"headline":"Bundle","accept":"Pay $49.00","decline":"No"}', 'reconciling', 'accepted', '2026-11-22T12:01:00Z', '2026-11-22T12:00:02Z', '2036-11-22T13:00:00Z', null, null, null),
  ('prs_paid', 'pay_paid', 'purchase/pay_paid', 'cus_paid', 'bundle', 'course', 'bundle', 'upsell', 'prod_bundle', 'USD', '{"id":"prod_bundle","name":"Bundle"}', '{"currency":"USD","dueNow":4900,"hash":"sha256:one"}', '{"mode":"one_click"}', '{"headline":"Bundle","accept":"Pay $49.00","decline":"No"}', 'paid', 'accepted', '2026-11-22T12:01:00Z', '2026-11-22T12:00:02Z', '2036-11-22T13:00:00Z', 'pay_upsell', 4900, '2026-11-22T12:02:00Z');

insert into attempts
  (attempt_id, presentation_id, workflow_id, kind, status, amount, currency, payment_id, paid_amount, created_at)
values
  ('purchase/pay_accepted:bundle:1', 'prs_accepted', 'purchase/pay_accepted', 'charge', 'unknown', 4900, 'USD', null, null, '2026-11-22T12:01:01Z'),
  ('purchase/pay_paid:bundle:1', 'prs_paid', 'purchase/pay_paid', 'charge', 'paid', 4900, 'USD', 'pay_upsell', 4900, '2026-11-22T12:01:01Z');
