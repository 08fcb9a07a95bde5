/** Opens the ledger on a database. */
import { acceptanceOf, recordAcceptance } from './acceptances.js';
import { accountingOn } from './accounting.js';
import { announcedPayment, announcePayment, forgetAnnounced } from './announced.js';
import { auditTrail, recordAudit } from './audit.js';
import { confirmationOf, findAttempt, recordAttempt, updateAttempt } from './attempts.js';
import { bulkOn } from './bulk.js';
import { cohorts } from './cohorts.js';
import { consoleOn } from './console.js';
import { customerData, eraseCustomer, runsOfCustomer } from './customers.js';
import { catalogOf, evaluations, recordCatalog, runningByCatalog } from './catalogs.js';
import { describeFailure, LedgerError, type LedgerErrorCode } from './errors.js';
import { experimentReport } from './experiment-report.js';
import { deleteExpired } from './expiry.js';
import { exposuresOf } from './exposures.js';
import { bindKey, freeKey } from './keys.js';
import { followPresentations, presentationsNamed } from './followers.js';
import { limitReached } from './limits.js';
import type { Ledger } from './interface/ledger.js';
import { checkTables } from './migrate.js';
import {
  deadLetterNotification,
  countDeadNotifications,
  deadNotifications,
  findDeadNotification,
  recordRedelivery,
} from './notifications.js';
import { operationsOn } from './operations.js';
import { openPostgres } from './postgres.js';
import {
  acceptedAt,
  changePresentation,
  currentPresentation,
  findPresentation,
  lastAccepted,
  markHandedOut,
  markViewed,
  openPresentation,
  presentationPaidBy,
} from './presentations.js';
import {
  billingOf,
  findPurchase,
  hasBought,
  latestPurchase,
  purchasePaidBy,
  recordPurchase,
  returnUrlOf,
  settle,
} from './purchases.js';
import { recordTriggerFacts, triggerFactsOf } from './trigger-facts.js';
import { quotesOf, recordQuote } from './quotes.js';
import { claimPurchase, findRegistration, recordRegistration } from './registrations.js';
import { recordSubscriptionEnd, recurringMovements, recurringReport } from './recurring.js';
import { funnelReport } from './report.js';
import { shadowsOn } from './shadows.js';
import { silentLog, type LedgerLog, type Store } from './store.js';
import { beginWait } from './waits.js';

export interface LedgerOptions {
  /** A PostgreSQL database: `postgresql://user:password@host:5432/database`. */
  url: string;
  log?: LedgerLog;
  /** Migrates the tables first; true by default. Otherwise they must be those of this build. */
  migrates?: boolean;
}

/**
 * Opens the ledger in a PostgreSQL database and migrates its tables. Several processes may do so at once.
 *
 * @throws LedgerError with a `code` when the database fails, from here and from every method. Its message never contains
 * a password or the values of a statement. Invalid amounts or times throw RangeError.
 */
export async function openLedger({ url, log = silentLog, migrates }: LedgerOptions): Promise<Ledger> {
  return ledgerOn(await openPostgres(url, log, migrates), log);
}

/** Creates the ledger on a database that is open and migrated. */
export function ledgerOn(store: Store, log: LedgerLog): Ledger {
  const { db, transaction, listen, close } = store;
  let closing: Promise<void> | undefined;
  /** The operations that could not write, each with when and why. */
  const unwritten = new Map<string, { at: number; error: LedgerError }>();
  const ledger: Ledger = {
    ...accountingOn({ db, transaction }, log),
    ...operationsOn({ db, transaction }, log),
    ...consoleOn({ db, transaction }),
    ...bulkOn({ db, transaction }),
    announcePayment: (payment) => announcePayment(db, payment),
    announcedPayment: (paymentId) => announcedPayment(db, paymentId),
    forgetAnnounced: (paymentId) => forgetAnnounced(db, paymentId),
    ...shadowsOn({ db, transaction }),
    recordPurchase: (purchase, status) => recordPurchase(db, purchase, status),
    recordRegistration: (registration) => recordRegistration(db, registration),
    registration: (purchaseId) => findRegistration(db, purchaseId),
    claimPurchase: (claim) => transaction((tx) => claimPurchase(tx, claim)),
    billingOf: (purchaseId) => billingOf(db, purchaseId),
    returnUrlOf: (purchaseId) => returnUrlOf(db, purchaseId),
    openPresentation: (input) => transaction((tx) => openPresentation(tx, input, log)),
    limitReached: (showing, limits) => limitReached(db, showing, limits),
    beginWait: (input) => transaction((tx) => beginWait(tx, input, log)),
    acceptedAt: (customerId, offerId) => acceptedAt(db, customerId, offerId),
    hasBought: (customerId, productId) => hasBought(db, customerId, productId),
    recordAttempt: (attempt, patch, timeline) =>
      transaction((tx) => recordAttempt(tx, attempt, patch, timeline, log)),
    attempt: (attemptId) => findAttempt(db, attemptId),
    confirmationOf: (presentationId) => confirmationOf(db, presentationId),
    updateAttempt: (...change) => transaction((tx) => updateAttempt(tx, change, log)),
    updatePresentation: (id, patch, timeline) =>
      transaction((tx) => changePresentation(tx, id, patch, timeline, log)),
    recordTriggerFacts: (given) => recordTriggerFacts(db, given),
    triggerFacts: (purchaseId) => triggerFactsOf(db, purchaseId),
    recordQuote: (quote) => recordQuote(db, quote),
    quotes: (presentationId, choice) => quotesOf(db, presentationId, choice),
    markViewed: (id, at) => markViewed(db, id, at),
    markHandedOut: (...handOut) => markHandedOut(db, ...handOut),
    lastAccepted: (customerId, acceptedSince) => lastAccepted(db, customerId, acceptedSince),
    settle: (input) => transaction((tx) => settle(tx, input, log)),
    presentation: (id) => findPresentation(db, id),
    recordAcceptance: (hash, acceptance) => recordAcceptance(db, hash, acceptance),
    acceptanceOf: (presentationId) => acceptanceOf(db, presentationId),
    presentationsNamed: (ids) => presentationsNamed(db, ids),
    followPresentations: (follower) => followPresentations({ db, listen }, follower),
    currentPresentation: (customerId, acceptedSince) => currentPresentation(db, customerId, acceptedSince),
    latestPurchase: (customerId) => latestPurchase(db, customerId),
    purchase: (purchaseId) => findPurchase(db, purchaseId),
    presentationPaidBy: (paymentId) => presentationPaidBy(db, paymentId),
    purchasePaidBy: (paymentId) => purchasePaidBy(db, paymentId),
    cohorts: (period) => cohorts(db, period),
    recordSubscriptionEnd: (...end) => recordSubscriptionEnd(db, ...end),
    recurringReport: (period) => recurringReport(db, period),
    recurringMovements: (filter) => recurringMovements(db, filter),
    funnelReport: (period) => funnelReport(db, period),
    deadLetterNotification: (letter) => deadLetterNotification(db, letter),
    recordRedelivery: (redelivered) => recordRedelivery(db, redelivered),
    deadNotifications: (page) => deadNotifications(db, page),
    deadNotification: (id) => findDeadNotification(db, id),
    countDeadNotifications: () => countDeadNotifications(db),
    recordCatalog: (catalog, at) => recordCatalog(db, catalog, at),
    catalogOf: (hash) => catalogOf(db, hash),
    runningByCatalog: () => runningByCatalog(db),
    evaluations: (page) => evaluations(db, page),
    exposuresOf: (customerId) => exposuresOf(db, customerId),
    experimentReport: (period) => experimentReport(db, period),
    bindKey: (binding) => bindKey(db, binding),
    freeKey: (binding) => freeKey(db, binding),
    recordAudit: (entry) => recordAudit(db, entry),
    auditTrail: (page) => auditTrail(db, page),
    customerData: (customerId) => customerData(db, customerId),
    runsOfCustomer: (customerId) => runsOfCustomer(db, customerId),
    eraseCustomer: (customerId) => transaction((tx) => eraseCustomer(tx, customerId)),
    deleteExpired: (retention, now) => deleteExpired({ db, transaction }, retention, now),
    async ping() {
      await store.checkFiles?.();
      await checkTables(db);
      // Reading goes on while nothing can be written.
      for (const { at, error } of unwritten.values()) if (Date.now() - at < BELIEVED_FOR) throw error;
    },
    close: () => (closing ??= close()),
  };
  return withClearErrors(ledger, (name, error) => {
    if (error instanceof LedgerError && UNWRITABLE.has(error.code) && name !== 'ping')
      unwritten.set(name, { at: Date.now(), error });
    else if (error === undefined) unwritten.delete(name);
  });
}

/** How long a failure to write says something about now, if the same was not tried again. */
const BELIEVED_FOR = 60_000;
const UNWRITABLE = new Set<LedgerErrorCode>(['disk_full', 'read_only']);

/** Wraps the ledger so that errors name the operation that failed, and no values. */
function withClearErrors(ledger: Ledger, ended: (name: string, error?: unknown) => void): Ledger {
  const named = Object.entries(ledger).map(
    ([name, method]: [string, (...args: never[]) => Promise<unknown>]) => [
      name,
      async (...args: never[]) => {
        try {
          const result = await method(...args);
          ended(name);
          return result;
        } catch (error) {
          const described = describeFailure(name, error);
          ended(name, described);
          throw described;
        }
      },
    ],
  );
  return Object.fromEntries(named) as Ledger;
}
