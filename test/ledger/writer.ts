/** Writes to the embedded ledger in a directory until killed, and prints the ids that were acknowledged. */
import { openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import { aPresentation, anAttempt, aPurchase, at } from './examples.js';

const ledger = await openEmbeddedLedger(process.argv[2] ?? '');
for (;;) {
  const purchase = aPurchase();
  const { purchaseId, workflowId, customerId } = purchase;
  const presentation = aPresentation({ purchaseId, customerId });
  await ledger.recordPurchase(purchase, 'evaluating');
  await ledger.openPresentation({ presentation, workflowId, at: at(0) });
  const timeline = [{ at: at(1), type: 'charging' }];
  await ledger.recordAttempt(anAttempt(presentation), { status: 'charging' }, timeline);
  process.stdout.write(`${purchaseId}\n`);
}
