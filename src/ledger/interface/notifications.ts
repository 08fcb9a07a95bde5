/** Dead letters: notifications to the merchant that could not be delivered. */
import type { Notification } from '../../domain/notification.js';

/** A notification that could not be delivered, to be kept. */
export interface DeadLetter {
  /** The `webhook-id` it was sent under. */
  id: string;
  notification: Notification;
  /** Why the last try failed, in words. */
  failure?: string;
  /** The redelivery run in which it failed, when an operator had it sent again. */
  redelivery?: string;
  at: string;
}

/** A dead letter that an operator had sent again and that has arrived. */
export interface Redelivered {
  id: string;
  notification: Notification;
  /** The operator's reason. */
  reason: string;
  /** The run that delivered it. */
  run: string;
  at: string;
}

/** A dead letter as listed, as of its latest failure. */
export interface DeadNotification {
  id: string;
  /** Orders dead letters that failed at the same moment. */
  seq: number;
  notification: Notification;
  failure?: string;
  failedAt: string;
  redeliveredAt?: string;
}

export interface DeadNotificationsPage {
  /** Includes those that have been redelivered. */
  all: boolean;
  limit: number;
  /** The last one of the preceding page. */
  before?: { at: string; seq: number };
}

export interface NotificationLedger {
  /** Keeps a notification that could not be delivered, with everything needed to send it again. */
  deadLetterNotification(letter: DeadLetter): Promise<void>;
  recordRedelivery(redelivered: Redelivered): Promise<void>;
  /** Lists dead letters, latest failure first. */
  deadNotifications(page: DeadNotificationsPage): Promise<DeadNotification[]>;
  deadNotification(id: string): Promise<DeadNotification | undefined>;
  /** Counts dead letters that have not been redelivered. */
  countDeadNotifications(): Promise<number>;
}
