/** The types of the API, written by `npm run api-types`. */
export interface paths {
    "/webhooks/dodo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a webhook from Dodo Payments
         * @description Webhooks from Dodo Payments, signed as Standard Webhooks. Acknowledged once Temporal has them.
         */
        post: operations["receiveDodoWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/purchases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register a purchase before it is paid */
        post: operations["registerPurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/purchases/{purchaseId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a purchase and its story */
        get: operations["getPurchase"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell of an event that may lead to an offer */
        post: operations["sendTrigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/upsell/{customerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a customer's open offer, or why there is none */
        get: operations["getOffer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/upsell/{customerId}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept the offer a customer has */
        post: operations["acceptOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/upsell/{customerId}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline the offer a customer has */
        post: operations["declineOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one presentation */
        get: operations["getPresentation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a presentation as it changes
         * @description Server-sent events named `presentation`: the presentation at once, and whenever it changes. Ends with its final state. Read it with `fetch`, which can send `Authorization`, and come back when it ends before that.
         */
        get: operations["followPresentation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the signed receipt of an acceptance
         * @description What the customer accepted: text, price, language, time, choice and consents, in clear and signed. `GET /.well-known/jwks.json` has the public key.
         */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a presentation */
        post: operations["acceptPresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/quote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Price another option or quantity
         * @description Prices another choice. Accept it with its `option`, `quantity` and `price.hash`.
         */
        post: operations["quoteChoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline a presentation */
        post: operations["declinePresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Record that it was seen */
        post: operations["viewPresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change when it expires
         * @description Operators: change when an open offer expires.
         */
        post: operations["extendPresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw an open offer
         * @description Operators: withdraw an open offer.
         */
        post: operations["withdrawPresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/presentations/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say whether an attempt under review was paid
         * @description Operators: say whether an attempt under review was paid.
         */
        post: operations["resolvePresentation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List undelivered webhooks
         * @description Operators: webhooks to the merchant that could not be delivered, newest first.
         */
        get: operations["listDeadNotifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/notifications/{id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one again
         * @description Operators: send a dead notification again, under the same `webhook-id`.
         */
        post: operations["redeliverNotification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what operators ordered
         * @description Operators: what operators ordered, newest first. Each command has an entry from before its effect and one from after it.
         */
        get: operations["listCommands"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/funnels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the conversion of funnels, steps and offers
         * @description Operators: conversion of the offers shown from `from` to `to`.
         */
        get: operations["getFunnelReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the facts that rules were matched with
         * @description Operators: the facts that funnels were matched against, oldest first. `cursor` leads to the next page.
         */
        get: operations["listEvaluations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the catalog in force
         * @description Operators: the catalog in force, and the runs on each version.
         */
        get: operations["getCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare the arms of experiments
         * @description Operators: experiments and holdouts, over customers first exposed from `from` to `to`.
         */
        get: operations["getExperimentReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/shadow-funnels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what funnels in shadow would have done
         * @description Operators: what funnels with `mode: shadow` would have done with purchases and triggers from `from` to `to`.
         */
        get: operations["getShadowReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/cohorts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what the offers of each month brought after days
         * @description Operators: what the offers of each month brought within 7, 30 and 90 days of being shown, net of refunds and lost disputes.
         */
        get: operations["getCohorts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/recurring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get how recurring revenue was won and lost
         * @description Operators: recurring revenue by offers, as a bridge: opening + won + expansion - contraction - churned - reversed = closing. Before tax, for subscriptions that offers sold or changed. A subscription counts until a webhook says that it has ended, or all that was paid for it has gone back; what customers change at Dodo themselves is not counted.
         */
        get: operations["getRecurringRevenue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public key of receipts
         * @description The public key that receipts are signed with.
         */
        get: operations["getKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that the process is alive */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that Temporal and the database are reached */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get metrics in the format of Prometheus */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find where the story of an id is told
         * @description Operators: where the story of an id of any kind is told.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pauses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the offers and funnels that are paused
         * @description Operators: the offers and funnels that are paused everywhere.
         */
        get: operations["listPauses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause an offer everywhere
         * @description Operators: show this offer to nobody any more. Open ones stay open.
         */
        post: operations["pauseOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/offers/{id}/unpause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show a paused offer again
         * @description Operators: show a paused offer again.
         */
        post: operations["unpauseOffer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/funnels/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a funnel everywhere
         * @description Operators: show nothing of this funnel any more.
         */
        post: operations["pauseFunnel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/funnels/{id}/unpause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused funnel go on
         * @description Operators: let a paused funnel go on.
         */
        post: operations["unpauseFunnel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/purchases/{purchaseId}/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Evaluate a purchase once more that ended without an offer
         * @description Operators: evaluate a paid purchase once more that ended without an offer.
         */
        post: operations["evaluatePurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customerId}/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export everything about a customer
         * @description Operators: everything the ledger holds about a customer, to be given to them.
         */
        get: operations["exportCustomer"];
        put?: never;
        post?: never;
        /**
         * Erase a customer
         * @description Operators: erase a customer. What bookkeeping keeps is given a random name that leads back to nobody, and the rest is deleted. The reason is given in the body or, where a client sends none with DELETE, in the query.
         */
        delete: operations["eraseCustomer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the commands in bulk
         * @description Operators: commands in bulk, newest first.
         */
        get: operations["listBulkCommands"];
        put?: never;
        /**
         * Freeze a selection for a command in bulk
         * @description Operators: freeze a selection for a command. Nothing is ordered yet: the answer says how many rows and how much money it concerns.
         */
        post: operations["selectForBulkCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a command in bulk
         * @description Operators: one command in bulk, and how far it is.
         */
        get: operations["getBulkCommand"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk/{id}/rows.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get every row with its result, as CSV
         * @description Operators: every row with its result.
         */
        get: operations["getBulkRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Order what was selected
         * @description Operators: order what was selected.
         */
        post: operations["startBulkCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/bulk/{id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a command in bulk
         * @description Operators: let no further row begin. Refunds that were asked for are followed to their end.
         */
        post: operations["abortBulkCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what is in doubt
         * @description Operators: money or access in doubt, newest first. Open reviews unless `status` says otherwise.
         */
        get: operations["listReviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a review and the payments that may be meant
         * @description Operators: one review, with the payments at Dodo that may be the one in doubt, as they are now, and what speaks for and against each.
         */
        get: operations["getReview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a review
         * @description Operators: end a review. What is said is checked against Dodo at that moment; of two operators, the first wins.
         */
        post: operations["resolveReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/purchases/{purchaseId}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a run that is dead or stuck
         * @description Operators: end a run that is dead or stuck, and free its customer. What money it touched stays under review. Safe to repeat.
         */
        post: operations["closePurchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "offer.presented": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An offer is open
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferPresented"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.accepted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * It was accepted; nothing is paid yet
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferAccepted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.declined": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * It was declined
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferDeclined"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Its window is over, or it was withdrawn
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferExpired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.fulfilled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * It is paid: grant access now
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferFulfilled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.fallback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The charge failed; the customer has another way to pay
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferFallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * It could not be paid
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.refunded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A part of the money went back after a recall: access stays
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferRefunded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "offer.reversed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All of the money went back: revoke access
         * @description Delivered at least once. `sequence` orders all notifications about one purchase.
         */
        post: operations["onOfferReversed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        OfferPresentedWebhook: {
            /** @constant */
            type: "offer.presented";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        Price: {
            currency: string;
            /** @description Minor units of the currency. */
            dueNow: number;
            /** @description Minor units of the currency. */
            tax?: number;
            recurring?: {
                /** @description Minor units of the currency. */
                amount: number;
                /** @enum {string} */
                interval: "Day" | "Week" | "Month" | "Year";
                count: number;
                /** @description Where it is not that of `dueNow`. */
                currency?: string;
            };
            /** @description New recurring price minus the current one; absent where they cannot be compared exactly. */
            difference?: number;
            /** @description The period of `difference`, where the billing periods of the two plans differ. */
            differencePer?: {
                /** @enum {string} */
                interval: "Day" | "Week" | "Month" | "Year";
                count: number;
            };
            /** @description Minor units of the currency. */
            credit?: number;
            /** @description Where it is not that of `dueNow`. */
            creditCurrency?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            effectiveAt?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            nextBillingAt?: string;
            /** @description The most that accepting this price may charge, where it may move until then. */
            atMost?: number;
            /** @description An acceptance that names another hash is refused. */
            hash: string;
        };
        /** @enum {string} */
        PresentationStatus: "open" | "accepted" | "charging" | "reconciling" | "needs_review" | "requires_action" | "fallback" | "scheduled" | "paid" | "declined" | "expired" | "withdrawn" | "failed";
        OfferAcceptedWebhook: {
            /** @constant */
            type: "offer.accepted";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        OfferDeclinedWebhook: {
            /** @constant */
            type: "offer.declined";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        OfferExpiredWebhook: {
            /** @constant */
            type: "offer.expired";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        OfferFulfilledWebhook: {
            /** @constant */
            type: "offer.fulfilled";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
                /** @description What Dodo Payments says was paid, tax included. */
                amount?: number;
                currency?: string;
            };
        };
        OfferFallbackWebhook: {
            /** @constant */
            type: "offer.fallback";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        OfferFailedWebhook: {
            /** @constant */
            type: "offer.failed";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
            };
        };
        OfferRefundedWebhook: {
            /** @constant */
            type: "offer.refunded";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
                /** @description What the recall gave back. What had gone back otherwise is not in it. */
                amount?: number;
                currency?: string;
                /** @description The latest refund of the recall. */
                cause?: {
                    /** @enum {string} */
                    kind: "refund" | "dispute";
                    id: string;
                };
            };
        };
        OfferReversedWebhook: {
            /** @constant */
            type: "offer.reversed";
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            sequence: number;
            data: {
                purchaseId: string;
                presentationId: string;
                customerId?: string;
                offerId?: string;
                funnelId?: string;
                step?: string;
                product?: {
                    id: string;
                    name: string;
                };
                quantity?: number;
                option?: string;
                price?: components["schemas"]["Price"];
                status?: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                /** Format: uri */
                checkoutUrl?: string;
                /**
                 * @description What accepting the offer does, or the option of it that was chosen.
                 * @enum {string}
                 */
                action?: "charge" | "payment" | "change_plan" | "pause" | "extend_trial";
                /** @description The subscription that the offer is about, or that the purchase began. */
                subscriptionId?: string;
                /** @description What you gave the order: the `metadata` of the purchase at Dodo Payments. */
                metadata?: {
                    [key: string]: string | number | boolean;
                };
                /** @description Everything that went back. */
                amount?: number;
                currency?: string;
                /** @description What completed the reversal. */
                cause?: {
                    /** @enum {string} */
                    kind: "refund" | "dispute";
                    id: string;
                };
            };
        };
        /** @description The webhook is signed, but its body cannot be read */
        InvalidWebhookProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:invalid_webhook";
            /** @example The webhook is signed, but its body cannot be read */
            title: string;
            /** @constant */
            status: 400;
            /** @constant */
            code: "invalid_webhook";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The webhook signature is missing, wrong or stale */
        InvalidSignatureProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:invalid_signature";
            /** @example The webhook signature is missing, wrong or stale */
            title: string;
            /** @constant */
            status: 401;
            /** @constant */
            code: "invalid_signature";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The body is too large */
        PayloadTooLargeProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:payload_too_large";
            /** @example The body is too large */
            title: string;
            /** @constant */
            status: 413;
            /** @constant */
            code: "payload_too_large";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The service is temporarily unavailable */
        TemporarilyUnavailableProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:temporarily_unavailable";
            /** @example The service is temporarily unavailable */
            title: string;
            /** @constant */
            status: 503;
            /** @constant */
            code: "temporarily_unavailable";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The body is invalid */
        InvalidBodyProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:invalid_body";
            /** @example The body is invalid */
            title: string;
            /** @constant */
            status: 400;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "invalid_body";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description Every mistake. */
            errors?: ({
                /** @description A JSON pointer. */
                pointer: string;
                detail: string;
            } | {
                parameter: string;
                detail: string;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @description A parameter is invalid */
        InvalidParameterProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:invalid_parameter";
            /** @example A parameter is invalid */
            title: string;
            /** @constant */
            status: 400;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "invalid_parameter";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description Every mistake. */
            errors?: ({
                /** @description A JSON pointer. */
                pointer: string;
                detail: string;
            } | {
                parameter: string;
                detail: string;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @description No valid credentials */
        UnauthorizedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:unauthorized";
            /** @example No valid credentials */
            title: string;
            /** @constant */
            status: 401;
            /** @constant */
            code: "unauthorized";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description These credentials do not allow this */
        ForbiddenProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:forbidden";
            /** @example These credentials do not allow this */
            title: string;
            /** @constant */
            status: 403;
            /** @constant */
            code: "forbidden";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The type or encoding of the body is not supported */
        UnsupportedMediaTypeProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:unsupported_media_type";
            /** @example The type or encoding of the body is not supported */
            title: string;
            /** @constant */
            status: 415;
            /** @constant */
            code: "unsupported_media_type";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The product is not available */
        ProductUnavailableProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:product_unavailable";
            /** @example The product is not available */
            title: string;
            /** @constant */
            status: 422;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "product_unavailable";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Dodo Payments rejected the request */
        DodoRejectedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:dodo_rejected";
            /** @example Dodo Payments rejected the request */
            title: string;
            /** @constant */
            status: 422;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "dodo_rejected";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The Idempotency-Key was used for another request */
        IdempotencyKeyReusedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:idempotency_key_reused";
            /** @example The Idempotency-Key was used for another request */
            title: string;
            /** @constant */
            status: 422;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "idempotency_key_reused";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Too many requests */
        RateLimitedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:rate_limited";
            /** @example Too many requests */
            title: string;
            /** @constant */
            status: 429;
            /** @constant */
            code: "rate_limited";
            /**
             * @description Explains this occurrence to a person.
             * @example Too many requests with this token. Try again in a minute.
             */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Dodo Payments gave no usable response */
        DodoUnavailableProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:dodo_unavailable";
            /** @example Dodo Payments gave no usable response */
            title: string;
            /** @constant */
            status: 502;
            /** @constant */
            code: "dodo_unavailable";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        Problem: {
            /** @example urn:problem-type:durable-upsells:internal_error */
            type: string;
            /** @example Something went wrong on our side */
            title: string;
            /** @example 500 */
            status: number;
            /** @enum {string} */
            code: "bad_request" | "invalid_body" | "invalid_parameter" | "invalid_webhook" | "unauthorized" | "invalid_signature" | "payment_failed" | "forbidden" | "unknown_route" | "no_open_offer" | "presentation_not_found" | "receipt_not_found" | "purchase_not_found" | "review_not_found" | "nothing_found" | "not_in_catalog" | "notification_not_found" | "bulk_not_found" | "method_not_allowed" | "already_decided" | "price_changed" | "not_in_review" | "not_evaluable" | "customer_active" | "money_in_doubt" | "confirmation_required" | "bulk_ended" | "evidence_mismatch" | "offer_changed" | "presentation_expired" | "presentation_withdrawn" | "payload_too_large" | "unsupported_media_type" | "consent_required" | "product_unavailable" | "dodo_rejected" | "idempotency_key_reused" | "rate_limited" | "internal_error" | "dodo_unavailable" | "temporarily_unavailable";
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description Why no offer was shown.
         * @enum {string}
         */
        ReasonCode: "no_matching_funnel" | "no_payment_method" | "method_expired" | "currency_mismatch" | "already_owned" | "declined_before" | "cooldown" | "capped" | "offer_already_open" | "outside_schedule" | "paused" | "product_unavailable" | "holdout" | "pricing_unavailable" | "purchase_too_old" | "customer_blocked";
        /** @description Purchase not found */
        PurchaseNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:purchase_not_found";
            /** @example Purchase not found */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "purchase_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        CurrentOffer: components["schemas"]["NoOffer"] | components["schemas"]["OpenOffer"];
        NoOffer: {
            /** @constant */
            eligible: false;
            reason?: components["schemas"]["ReasonCode"];
            retry: boolean;
            /**
             * @description What the customer is in: nothing known yet, an offer under way, or nothing to come.
             * @enum {string}
             */
            because: "nothing_known" | "pending" | "under_way" | "in_fallback" | "nothing_for_customer";
        };
        OpenOffer: {
            /** @constant */
            eligible: true;
            product: {
                id: string;
                name: string;
                /** @description Minor units of the currency. */
                price: number;
                currency: string;
            };
            paymentMethodId: string | null;
            presentation: components["schemas"]["Presentation"];
        };
        /**
         * @example {
         *       "id": "prs_8Jk2mQ",
         *       "status": "open",
         *       "offerId": "pro-plan",
         *       "funnelId": "basic-to-pro",
         *       "step": "pro",
         *       "type": "upsell",
         *       "customerId": "cus_K3v9",
         *       "purchaseId": "pay_Y7c1",
         *       "product": {
         *         "id": "prod_pro_plan",
         *         "name": "Pro plan"
         *       },
         *       "quantity": 1,
         *       "price": {
         *         "currency": "USD",
         *         "dueNow": 5000,
         *         "recurring": {
         *           "amount": 7900,
         *           "interval": "Month",
         *           "count": 1
         *         },
         *         "difference": 5000,
         *         "hash": "sha256:1f0c9a7be2d34a51"
         *       },
         *       "payment": {
         *         "mode": "one_click",
         *         "method": {
         *           "id": "pm_1",
         *           "type": "card",
         *           "network": "visa",
         *           "last4": "4242",
         *           "expiry": "06/32"
         *         }
         *       },
         *       "copy": {
         *         "headline": "Go Pro",
         *         "accept": "Upgrade for $50.00",
         *         "decline": "No thanks"
         *       },
         *       "display": {
         *         "locale": "en",
         *         "dueNow": "$50.00",
         *         "recurring": "$79.00 / month",
         *         "difference": "$50.00"
         *       },
         *       "expiresAt": "2026-12-01T12:30:00.000Z",
         *       "serverTime": "2026-12-01T12:00:00.000Z"
         *     }
         */
        Presentation: {
            id: string;
            status: components["schemas"]["PresentationStatus"];
            offerId: string;
            funnelId: string;
            step: string;
            /** @enum {string} */
            type: "upsell" | "downsell" | "cross_sell";
            customerId: string;
            purchaseId: string;
            product: {
                id: string;
                name: string;
            };
            /** @description Left out where the offer was shown by a release that did not record it. */
            quantity?: number;
            /** @description The id of the chosen one of `choices.options`. */
            option?: string;
            /** @description What the customer may choose. */
            choices?: {
                quantity?: {
                    min: number;
                    max: number;
                };
                options?: {
                    id: string;
                    label: string;
                    product: {
                        id: string;
                        name: string;
                    };
                    quantity: number;
                    quantities?: {
                        min: number;
                        max: number;
                    };
                    price: components["schemas"]["PriceOutput"];
                }[];
            };
            /** @description The arm, if this step is an experiment. */
            variant?: string;
            price: components["schemas"]["PriceOutput"];
            payment: {
                /** @enum {string} */
                mode: "one_click" | "checkout";
                method?: {
                    /** @description For backends only. */
                    id?: string;
                    type: string;
                    network?: string;
                    last4?: string;
                    expiry?: string;
                };
            };
            copy: {
                headline: string;
                body?: string;
                badge?: string;
                accept: string;
                decline: string;
                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                consents?: {
                    id: string;
                    text: string;
                    required: boolean;
                }[];
            };
            /** @description The price formatted for the customer, in the language of the copy. */
            display: {
                locale: string;
                dueNow: string;
                tax?: string;
                recurring?: string;
                difference?: string;
                credit?: string;
                effectiveAt?: string;
                nextBillingAt?: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            serverTime: string;
            /** @description Minor units of the currency. */
            paidAmount?: number;
            paidCurrency?: string;
            /** Format: uri */
            checkoutUrl?: string;
            /** Format: uri */
            updatePaymentMethodUrl?: string;
            /** @description For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses. */
            clientSecret?: string;
            /** @description Goes with `clientSecret`. */
            publishableKey?: string;
            message?: string;
            token?: string;
        };
        Accepted: {
            /** @constant */
            success: true;
            sessionId?: string;
            presentation: components["schemas"]["Presentation"];
        };
        InFlight: {
            /** @constant */
            success: false;
            status: components["schemas"]["PresentationStatus"];
            presentation: components["schemas"]["Presentation"];
        };
        /** @description The payment did not go through */
        PaymentFailedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:payment_failed";
            /** @example The payment did not go through */
            title: string;
            /** @constant */
            status: 402;
            /** @constant */
            code: "payment_failed";
            /**
             * @description Explains this occurrence to a person.
             * @example Your bank declined the payment. You were not charged.
             */
            detail?: string;
            /** @description Where the customer can pay instead. */
            checkoutUrl: string | null;
            updatePaymentMethodUrl: string | null;
            presentation: components["schemas"]["Presentation"];
        } & {
            [key: string]: unknown;
        };
        /** @description No offer is open for this customer */
        NoOpenOfferProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:no_open_offer";
            /** @example No offer is open for this customer */
            title: string;
            /** @constant */
            status: 404;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "no_open_offer";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Presentation not found */
        PresentationNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:presentation_not_found";
            /** @example Presentation not found */
            title: string;
            /** @constant */
            status: 404;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "presentation_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Another offer is open than the one that was handed out */
        OfferChangedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:offer_changed";
            /** @example Another offer is open than the one that was handed out */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "offer_changed";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            presentation: components["schemas"]["Presentation"];
        } & {
            [key: string]: unknown;
        };
        /** @description The offer has already been decided */
        AlreadyDecidedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:already_decided";
            /** @example The offer has already been decided */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "already_decided";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description The presentation as it is now. Show it, and ask again if it is open. */
            presentation?: components["schemas"]["Presentation"];
            /** @description For reviews: how it was resolved before. */
            resolution?: {
                paid: boolean;
                paymentId?: string;
                reason: string;
                by: string;
            };
        } & {
            [key: string]: unknown;
        };
        /** @description The price has changed since it was shown */
        PriceChangedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:price_changed";
            /** @example The price has changed since it was shown */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "price_changed";
            /**
             * @description Explains this occurrence to a person.
             * @example The price has changed since it was shown. Nothing was charged; please decide again.
             */
            detail?: string;
            /** @description The presentation as it is now. Show it, and ask again if it is open. */
            presentation?: components["schemas"]["Presentation"];
            /** @description The current price of the choice that was named. */
            quote?: components["schemas"]["Quote"];
        } & {
            [key: string]: unknown;
        };
        Quote: {
            presentationId: string;
            option?: string;
            quantity: number;
            product: {
                id: string;
                name: string;
            };
            price: components["schemas"]["PriceOutput"];
            payment: {
                /** @enum {string} */
                mode: "one_click" | "checkout";
                method?: {
                    /** @description For backends only. */
                    id?: string;
                    type: string;
                    network?: string;
                    last4?: string;
                    expiry?: string;
                };
            };
            copy?: {
                headline: string;
                body?: string;
                badge?: string;
                accept: string;
                decline: string;
                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                consents?: {
                    id: string;
                    text: string;
                    required: boolean;
                }[];
            };
            /** @description The price formatted for the customer, in the language of the copy. */
            display: {
                locale: string;
                dueNow: string;
                tax?: string;
                recurring?: string;
                difference?: string;
                credit?: string;
                effectiveAt?: string;
                nextBillingAt?: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            serverTime: string;
        };
        /** @description The offer has expired */
        PresentationExpiredProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:presentation_expired";
            /** @example The offer has expired */
            title: string;
            /** @constant */
            status: 410;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "presentation_expired";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description The presentation as it is now. Show it, and ask again if it is open. */
            presentation?: components["schemas"]["Presentation"];
        } & {
            [key: string]: unknown;
        };
        /** @description The offer was withdrawn */
        PresentationWithdrawnProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:presentation_withdrawn";
            /** @example The offer was withdrawn */
            title: string;
            /** @constant */
            status: 410;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "presentation_withdrawn";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description The presentation as it is now. Show it, and ask again if it is open. */
            presentation?: components["schemas"]["Presentation"];
        } & {
            [key: string]: unknown;
        };
        /** @description The offer requires a consent that was not given */
        ConsentRequiredProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:consent_required";
            /** @example The offer requires a consent that was not given */
            title: string;
            /** @constant */
            status: 422;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "consent_required";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description Ids of the missing consents. */
            missing: string[];
        } & {
            [key: string]: unknown;
        };
        Declined: {
            /** @constant */
            success: true;
            next?: components["schemas"]["Presentation"];
        };
        PresentationWithNext: {
            id: string;
            status: components["schemas"]["PresentationStatus"];
            offerId: string;
            funnelId: string;
            step: string;
            /** @enum {string} */
            type: "upsell" | "downsell" | "cross_sell";
            customerId: string;
            purchaseId: string;
            product: {
                id: string;
                name: string;
            };
            /** @description Left out where the offer was shown by a release that did not record it. */
            quantity?: number;
            /** @description The id of the chosen one of `choices.options`. */
            option?: string;
            /** @description What the customer may choose. */
            choices?: {
                quantity?: {
                    min: number;
                    max: number;
                };
                options?: {
                    id: string;
                    label: string;
                    product: {
                        id: string;
                        name: string;
                    };
                    quantity: number;
                    quantities?: {
                        min: number;
                        max: number;
                    };
                    price: components["schemas"]["PriceOutput"];
                }[];
            };
            /** @description The arm, if this step is an experiment. */
            variant?: string;
            price: components["schemas"]["PriceOutput"];
            payment: {
                /** @enum {string} */
                mode: "one_click" | "checkout";
                method?: {
                    /** @description For backends only. */
                    id?: string;
                    type: string;
                    network?: string;
                    last4?: string;
                    expiry?: string;
                };
            };
            copy: {
                headline: string;
                body?: string;
                badge?: string;
                accept: string;
                decline: string;
                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                consents?: {
                    id: string;
                    text: string;
                    required: boolean;
                }[];
            };
            /** @description The price formatted for the customer, in the language of the copy. */
            display: {
                locale: string;
                dueNow: string;
                tax?: string;
                recurring?: string;
                difference?: string;
                credit?: string;
                effectiveAt?: string;
                nextBillingAt?: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            serverTime: string;
            /** @description Minor units of the currency. */
            paidAmount?: number;
            paidCurrency?: string;
            /** Format: uri */
            checkoutUrl?: string;
            /** Format: uri */
            updatePaymentMethodUrl?: string;
            /** @description For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses. */
            clientSecret?: string;
            /** @description Goes with `clientSecret`. */
            publishableKey?: string;
            message?: string;
            token?: string;
            /** @description The open offer that followed this one, with a token of its own. */
            next?: components["schemas"]["Presentation"];
        };
        Receipt: {
            presentationId: string;
            purchaseId: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            acceptedAt: string;
            /** @description What was before the customer at the click, word for word. */
            acceptance: {
                presentationId: string;
                purchaseId: string;
                customerId: string;
                offerId: string;
                catalogHash?: string;
                product: {
                    id: string;
                    name: string;
                };
                option?: string;
                quantity: number;
                price: components["schemas"]["PriceOutput"];
                display: {
                    dueNow: string;
                    tax?: string;
                    recurring?: string;
                    difference?: string;
                    credit?: string;
                    effectiveAt?: string;
                    nextBillingAt?: string;
                };
                payment: {
                    /** @enum {string} */
                    mode: "one_click" | "checkout";
                    method?: {
                        /** @description For backends only. */
                        id?: string;
                        type: string;
                        network?: string;
                        last4?: string;
                        expiry?: string;
                    };
                };
                copy: {
                    headline: string;
                    body?: string;
                    badge?: string;
                    accept: string;
                    decline: string;
                };
                locale: string;
                consents: {
                    id: string;
                    text: string;
                    required: boolean;
                    given: boolean;
                }[];
                otherConsents?: string[];
                /** @enum {string} */
                via: "browser" | "backend" | "signal";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                clickedAt: string;
            };
            /** @description The hash of `acceptance`, which is also in the history of the run. */
            evidence: string;
            outcome: {
                status: components["schemas"]["PresentationStatus"];
                paymentId?: string;
                /** @description Minor units of the currency. */
                paidAmount?: number;
                paidCurrency?: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC.
                 */
                paidAt?: string;
                /** @description Minor units of the currency. */
                refundedAmount?: number;
            };
            /** @description All of it, signed (ES256, compact form). */
            jws: string;
        };
        /** @description There is no receipt */
        ReceiptNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:receipt_not_found";
            /** @example There is no receipt */
            title: string;
            /** @constant */
            status: 404;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "receipt_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description It is not under review */
        NotInReviewProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:not_in_review";
            /** @example It is not under review */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "not_in_review";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Dodo Payments shows something else */
        EvidenceMismatchProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:evidence_mismatch";
            /** @example Dodo Payments shows something else */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "evidence_mismatch";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            candidate?: components["schemas"]["CandidatePayment"];
        } & {
            [key: string]: unknown;
        };
        CandidatePayment: {
            paymentId: string;
            status: string | null;
            /** @description Minor units of the currency. */
            amount?: number;
            currency?: string;
            createdAt?: string;
            /** @enum {string} */
            verdict: "undecided" | "counts" | "goes_back" | "review" | "not_ours";
            verdictDetail?: string;
            evidence: {
                /** @enum {string} */
                check: "proof" | "attempt" | "customer" | "product" | "amount" | "currency" | "session" | "status" | "charge_type" | "time" | "unused";
                /** @enum {string} */
                says: "for" | "against" | "nothing";
                detail: string;
            }[];
        };
        /** @description A second operator has to say the same */
        ConfirmationRequiredProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:confirmation_required";
            /** @example A second operator has to say the same */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "confirmation_required";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        DeadNotification: {
            /** @description The `webhook-id` that the receiver sees. */
            id: string;
            /** @enum {string} */
            type: "offer.presented" | "offer.accepted" | "offer.declined" | "offer.expired" | "offer.fulfilled" | "offer.fallback" | "offer.failed" | "offer.refunded" | "offer.reversed";
            sequence: number;
            purchaseId: string;
            presentationId: string;
            run: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            /** @description Why the last attempt failed. */
            failure?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            diedAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            redeliveredAt?: string;
        };
        /** @description Dead notification not found */
        NotificationNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:notification_not_found";
            /** @example Dead notification not found */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "notification_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Nothing is known of this id */
        NothingFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:nothing_found";
            /** @example Nothing is known of this id */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "nothing_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The catalog has no such offer or funnel */
        NotInCatalogProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:not_in_catalog";
            /** @example The catalog has no such offer or funnel */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "not_in_catalog";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The purchase cannot be evaluated again */
        NotEvaluableProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:not_evaluable";
            /** @example The purchase cannot be evaluated again */
            title: string;
            /** @constant */
            status: 409;
            /** @constant */
            code: "not_evaluable";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description A run of the customer is under way */
        CustomerActiveProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:customer_active";
            /** @example A run of the customer is under way */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "customer_active";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description Ids. */
            runs?: string[];
            /** @description Ids. */
            purchases?: string[];
            /** @description Ids. */
            presentations?: string[];
        } & {
            [key: string]: unknown;
        };
        /** @description Money of the customer is in doubt */
        MoneyInDoubtProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:money_in_doubt";
            /** @example Money of the customer is in doubt */
            title: string;
            /** @constant */
            status: 409;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            code: "money_in_doubt";
            /** @description Explains this occurrence to a person. */
            detail?: string;
            /** @description Ids. */
            reviews?: string[];
            /** @description Ids. */
            compensations?: string[];
            /** @description Ids. */
            payments?: string[];
        } & {
            [key: string]: unknown;
        };
        BulkCommand: {
            id: string;
            /** @enum {string} */
            command: "withdraw" | "extend" | "recall" | "retry_notification";
            parameters: {
                [key: string]: unknown;
            };
            /** @description How the rows were selected, in words. */
            selection: string;
            /** @enum {string} */
            status: "draft" | "running" | "aborted" | "done";
            /** @description Rows a minute. */
            perMinute: number;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            startedBy?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            startedAt?: string;
            reason?: string;
            abortedBy?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            endedAt?: string;
        };
        BulkCommandWithTotals: {
            id: string;
            /** @enum {string} */
            command: "withdraw" | "extend" | "recall" | "retry_notification";
            parameters: {
                [key: string]: unknown;
            };
            /** @description How the rows were selected, in words. */
            selection: string;
            /** @enum {string} */
            status: "draft" | "running" | "aborted" | "done";
            /** @description Rows a minute. */
            perMinute: number;
            createdBy: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            startedBy?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            startedAt?: string;
            reason?: string;
            abortedBy?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            endedAt?: string;
            totals: {
                rows: number;
                states: {
                    [key: string]: number;
                };
                money: {
                    currency: string | null;
                    /** @description When the selection was frozen. */
                    status: string;
                    rows: number;
                    /** @description Minor units of the currency. */
                    price: number;
                    /** @description Minor units of the currency. */
                    paid: number;
                    /** @description What goes back. */
                    due: number;
                }[];
                results: {
                    result: string;
                    rows: number;
                }[];
            };
        };
        /** @description Bulk command not found */
        BulkNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:bulk_not_found";
            /** @example Bulk command not found */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "bulk_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description The bulk command has ended */
        BulkEndedProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:bulk_ended";
            /** @example The bulk command has ended */
            title: string;
            /** @constant */
            status: 409;
            /** @constant */
            code: "bulk_ended";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        Review: {
            reviewId: string;
            /** @enum {string} */
            kind: "unproven_attempt" | "payment_differs" | "refund_failed" | "subscription_lives_on" | "purchase_paid_twice" | "payment_unmatched" | "retention_unproven" | "pause_not_ended" | "run_ended";
            /** @enum {string} */
            status: "open" | "resolved";
            purchaseId?: string;
            presentationId?: string;
            attemptId?: string;
            paymentId?: string;
            subscriptionId?: string;
            customerId?: string;
            /** @description Minor units of the currency. */
            amount?: number;
            currency?: string;
            /** @description What is in doubt, in words. */
            detail?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            openedAt: string;
            /** @description Until now, or until it was resolved. */
            ageSeconds: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            resolvedAt?: string;
            /** @description What was said, and by which key; `by` is `proof` when Dodo said it. */
            resolution?: {
                paid: boolean;
                paymentId?: string;
                reason: string;
                by: string;
            };
            links: {
                purchase: string | null;
                presentation: string | null;
                temporal: string | null;
            };
        };
        /** @description Review not found */
        ReviewNotFoundProblem: {
            /** @constant */
            type: "urn:problem-type:durable-upsells:review_not_found";
            /** @example Review not found */
            title: string;
            /** @constant */
            status: 404;
            /** @constant */
            code: "review_not_found";
            /** @description Explains this occurrence to a person. */
            detail?: string;
        } & {
            [key: string]: unknown;
        };
        PriceOutput: {
            currency: string;
            /** @description Minor units of the currency. */
            dueNow: number;
            /** @description Minor units of the currency. */
            tax?: number;
            recurring?: {
                /** @description Minor units of the currency. */
                amount: number;
                /** @enum {string} */
                interval: "Day" | "Week" | "Month" | "Year";
                count: number;
                /** @description Where it is not that of `dueNow`. */
                currency?: string;
            };
            /** @description New recurring price minus the current one; absent where they cannot be compared exactly. */
            difference?: number;
            /** @description The period of `difference`, where the billing periods of the two plans differ. */
            differencePer?: {
                /** @enum {string} */
                interval: "Day" | "Week" | "Month" | "Year";
                count: number;
            };
            /** @description Minor units of the currency. */
            credit?: number;
            /** @description Where it is not that of `dueNow`. */
            creditCurrency?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            effectiveAt?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            nextBillingAt?: string;
            /** @description The most that accepting this price may charge, where it may move until then. */
            atMost?: number;
            /** @description An acceptance that names another hash is refused. */
            hash: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    receiveDodoWebhook: {
        parameters: {
            query?: never;
            header: {
                "webhook-id": string;
                /** @description Unix seconds. */
                "webhook-timestamp": string;
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Recorded or ignored. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        received: true;
                    };
                };
            };
            /** @description `invalid_webhook`: The webhook is signed, but its body cannot be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidWebhookProblem"];
                };
            };
            /** @description `invalid_signature`: The webhook signature is missing, wrong or stale. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidSignatureProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
        };
    };
    registerPurchase: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    productId?: string;
                    quantity?: number;
                    productCart?: {
                        productId: string;
                        /** @default 1 */
                        quantity?: number;
                    }[];
                    customer?: {
                        customerId: string;
                    } | {
                        /** Format: email */
                        email: string;
                        name?: string;
                    };
                    customerId?: string;
                    returnUrl?: string;
                    metadata?: {
                        [key: string]: string | number | boolean;
                    };
                } & (unknown | unknown);
            };
        };
        responses: {
            /** @description Send the customer to `checkoutUrl`. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purchaseId: string;
                        checkoutUrl: string | null;
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `product_unavailable`: The product is not available. `dodo_rejected`: Dodo Payments rejected the request. `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProductUnavailableProblem"] | components["schemas"]["DodoRejectedProblem"] | components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `dodo_unavailable`: Dodo Payments gave no usable response. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DodoUnavailableProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPurchase: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: never;
            path: {
                purchaseId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The purchase as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purchaseId: string;
                        /** @enum {string} */
                        status: "awaiting_payment" | "evaluating" | "waiting" | "offering" | "settled";
                        /** @description While waiting: the next step, and when its offer is made. */
                        waiting?: {
                            step: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            until: string;
                        };
                        /** @enum {string} */
                        outcome?: "converted" | "recovered" | "declined" | "expired" | "abandoned" | "ineligible" | "payment_failed" | "withdrawn" | "needs_review" | "reversed";
                        reason?: components["schemas"]["ReasonCode"];
                        customerId?: string;
                        funnelId?: string;
                        catalogHash?: string;
                        considered?: {
                            funnelId: string;
                            reason?: components["schemas"]["ReasonCode"];
                            detail?: string;
                            clauses?: {
                                /** @example amount gte 1000 */
                                clause: string;
                                fact: string;
                                value?: (string | number | boolean) | (string | number | boolean)[];
                                holds: boolean | "unknown";
                                /** @description Its place inside groups, such as `any[0].all[1]`. */
                                path?: string;
                            }[];
                        }[];
                        presentations: {
                            id: string;
                            status: components["schemas"]["PresentationStatus"];
                            offerId: string;
                            funnelId: string;
                            step: string;
                            /** @enum {string} */
                            type: "upsell" | "downsell" | "cross_sell";
                            customerId: string;
                            purchaseId: string;
                            product: {
                                id: string;
                                name: string;
                            };
                            /** @description Left out where the offer was shown by a release that did not record it. */
                            quantity?: number;
                            /** @description The id of the chosen one of `choices.options`. */
                            option?: string;
                            /** @description What the customer may choose. */
                            choices?: {
                                quantity?: {
                                    min: number;
                                    max: number;
                                };
                                options?: {
                                    id: string;
                                    label: string;
                                    product: {
                                        id: string;
                                        name: string;
                                    };
                                    quantity: number;
                                    quantities?: {
                                        min: number;
                                        max: number;
                                    };
                                    price: components["schemas"]["PriceOutput"];
                                }[];
                            };
                            /** @description The arm, if this step is an experiment. */
                            variant?: string;
                            price: components["schemas"]["PriceOutput"];
                            payment: {
                                /** @enum {string} */
                                mode: "one_click" | "checkout";
                                method?: {
                                    /** @description For backends only. */
                                    id?: string;
                                    type: string;
                                    network?: string;
                                    last4?: string;
                                    expiry?: string;
                                };
                            };
                            copy: {
                                headline: string;
                                body?: string;
                                badge?: string;
                                accept: string;
                                decline: string;
                                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                                consents?: {
                                    id: string;
                                    text: string;
                                    required: boolean;
                                }[];
                            };
                            /** @description The price formatted for the customer, in the language of the copy. */
                            display: {
                                locale: string;
                                dueNow: string;
                                tax?: string;
                                recurring?: string;
                                difference?: string;
                                credit?: string;
                                effectiveAt?: string;
                                nextBillingAt?: string;
                            };
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            expiresAt: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            serverTime: string;
                            /** @description Minor units of the currency. */
                            paidAmount?: number;
                            paidCurrency?: string;
                            /** Format: uri */
                            checkoutUrl?: string;
                            /** Format: uri */
                            updatePaymentMethodUrl?: string;
                            /** @description For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses. */
                            clientSecret?: string;
                            /** @description Goes with `clientSecret`. */
                            publishableKey?: string;
                            message?: string;
                            token?: string;
                            /** @description The version of the catalog it came from. */
                            catalogHash?: string;
                        }[];
                        timeline: {
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            type: string;
                            detail?: {
                                [key: string]: unknown;
                            };
                        }[];
                        links: {
                            temporal: string | null;
                        };
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `purchase_not_found`: Purchase not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PurchaseNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendTrigger: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    eventId: string;
                    /** @enum {string} */
                    type: "usage_milestone" | "limit_approaching" | "onboarding_completed" | "upgrade_requested" | "downgrade_requested" | "cancel_requested";
                    customerId: string;
                    subscriptionId?: string;
                    productId?: string;
                    facts?: {
                        [key: string]: string | number | boolean;
                    };
                };
            };
        };
        responses: {
            /** @description The run has been started, now or earlier. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        runId: string;
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOffer: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: never;
            path: {
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offer to show this customer now, or why there is none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentOffer"];
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptOffer: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    priceHash?: string;
                    option?: string;
                    quantity?: number;
                    consents?: string[];
                    presentationId?: string;
                };
            };
        };
        responses: {
            /** @description Paid. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description In flight; ask again at `Location`. */
            202: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    /** @description Where to ask. */
                    Location: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InFlight"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `payment_failed`: The payment did not go through. */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PaymentFailedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `no_open_offer`: No offer is open for this customer. `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NoOpenOfferProblem"] | components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `offer_changed`: Another offer is open than the one that was handed out. `already_decided`: The offer has already been decided. `price_changed`: The price has changed since it was shown. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["OfferChangedProblem"] | components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["PriceChangedProblem"];
                };
            };
            /** @description `presentation_expired`: The offer has expired. `presentation_withdrawn`: The offer was withdrawn. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationExpiredProblem"] | components["schemas"]["PresentationWithdrawnProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `consent_required`: The offer requires a consent that was not given. `dodo_rejected`: Dodo Payments rejected the request. `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ConsentRequiredProblem"] | components["schemas"]["DodoRejectedProblem"] | components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `dodo_unavailable`: Dodo Payments gave no usable response. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DodoUnavailableProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declineOffer: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    presentationId?: string;
                };
            };
        };
        responses: {
            /** @description Declined; `next` is the offer that follows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Declined"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `no_open_offer`: No offer is open for this customer. `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NoOpenOfferProblem"] | components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. `price_changed`: The price has changed since it was shown. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["PriceChangedProblem"];
                };
            };
            /** @description `presentation_expired`: The offer has expired. `presentation_withdrawn`: The offer was withdrawn. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationExpiredProblem"] | components["schemas"]["PresentationWithdrawnProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPresentation: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The presentation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresentationWithNext"];
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followPresentation: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: {
                /** @description The `id` of the last event. */
                "Last-Event-ID"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events whose `data` is a presentation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        /** @constant */
                        event?: "presentation";
                        id?: string;
                        data?: string;
                        retry?: number;
                    };
                };
            };
            /** @description The reader has seen the final state; it need not come back. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. `receipt_not_found`: There is no receipt. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"] | components["schemas"]["ReceiptNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptPresentation: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    priceHash?: string;
                    option?: string;
                    quantity?: number;
                    consents?: string[];
                };
            };
        };
        responses: {
            /** @description Paid. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description In flight; ask again at `Location`. */
            202: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    /** @description Where to ask. */
                    Location: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InFlight"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `payment_failed`: The payment did not go through. */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PaymentFailedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `no_open_offer`: No offer is open for this customer. `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NoOpenOfferProblem"] | components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `offer_changed`: Another offer is open than the one that was handed out. `already_decided`: The offer has already been decided. `price_changed`: The price has changed since it was shown. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["OfferChangedProblem"] | components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["PriceChangedProblem"];
                };
            };
            /** @description `presentation_expired`: The offer has expired. `presentation_withdrawn`: The offer was withdrawn. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationExpiredProblem"] | components["schemas"]["PresentationWithdrawnProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `consent_required`: The offer requires a consent that was not given. `dodo_rejected`: Dodo Payments rejected the request. `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ConsentRequiredProblem"] | components["schemas"]["DodoRejectedProblem"] | components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `dodo_unavailable`: Dodo Payments gave no usable response. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DodoUnavailableProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quoteChoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    option?: string;
                    quantity?: number;
                };
            };
        };
        responses: {
            /** @description The current price of this choice. Nothing is charged. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quote"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"];
                };
            };
            /** @description `presentation_expired`: The offer has expired. `presentation_withdrawn`: The offer was withdrawn. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationExpiredProblem"] | components["schemas"]["PresentationWithdrawnProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `dodo_rejected`: Dodo Payments rejected the request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DodoRejectedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `dodo_unavailable`: Dodo Payments gave no usable response. */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["DodoUnavailableProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    declinePresentation: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: {
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Declined; `next` is the offer that follows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Declined"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `no_open_offer`: No offer is open for this customer. `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NoOpenOfferProblem"] | components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. `price_changed`: The price has changed since it was shown. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["PriceChangedProblem"];
                };
            };
            /** @description `presentation_expired`: The offer has expired. `presentation_withdrawn`: The offer was withdrawn. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationExpiredProblem"] | components["schemas"]["PresentationWithdrawnProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `idempotency_key_reused`: The Idempotency-Key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    viewPresentation: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The view was recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Presentation"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    extendPresentation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    until: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The presentation as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Presentation"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. `not_in_review`: It is not under review. `evidence_mismatch`: Dodo Payments shows something else. `confirmation_required`: A second operator has to say the same. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["NotInReviewProblem"] | components["schemas"]["EvidenceMismatchProblem"] | components["schemas"]["ConfirmationRequiredProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdrawPresentation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The presentation as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Presentation"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. `not_in_review`: It is not under review. `evidence_mismatch`: Dodo Payments shows something else. `confirmation_required`: A second operator has to say the same. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["NotInReviewProblem"] | components["schemas"]["EvidenceMismatchProblem"] | components["schemas"]["ConfirmationRequiredProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolvePresentation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    paid: boolean;
                    paymentId?: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The presentation as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Presentation"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `presentation_not_found`: Presentation not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PresentationNotFoundProblem"];
                };
            };
            /** @description `already_decided`: The offer has already been decided. `not_in_review`: It is not under review. `evidence_mismatch`: Dodo Payments shows something else. `confirmation_required`: A second operator has to say the same. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["AlreadyDecidedProblem"] | components["schemas"]["NotInReviewProblem"] | components["schemas"]["EvidenceMismatchProblem"] | components["schemas"]["ConfirmationRequiredProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeadNotifications: {
        parameters: {
            query?: {
                limit?: string;
                cursor?: string;
                all?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `nextCursor` leads to the next. Redelivered ones are left out unless `all=true`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        notifications: components["schemas"]["DeadNotification"][];
                        nextCursor?: string;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeliverNotification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description It has already been redelivered; nothing was sent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadNotification"];
                };
            };
            /** @description A run sends it. The timeline at `Location` shows the result. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        run: string;
                        links: {
                            temporal: string | null;
                        };
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `notification_not_found`: Dead notification not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotificationNotFoundProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCommands: {
        parameters: {
            query?: {
                subject?: string;
                limit?: string;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `nextCursor` leads to the next. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: {
                            seq: number;
                            commandId: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            /** @enum {string} */
                            phase: "ordered" | "done" | "failed";
                            /** @description The name of the key, or a part of its hash. */
                            actor: string;
                            command: string;
                            subject: string;
                            reason: string;
                            state?: {
                                [key: string]: string | number | boolean | null;
                            };
                            failure?: string;
                        }[];
                        nextCursor?: string;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFunnelReport: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Conversion per funnel, step and offer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        generatedAt: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        from?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        to?: string;
                        tz: string;
                        rows: {
                            presented: number;
                            viewed: number;
                            accepted: number;
                            declined: number;
                            expired: number;
                            paid: number;
                            /** @description Changes of plan at the next billing date. Left out if there is none. */
                            scheduled?: number;
                            /** @description The part of `paid` that came through the fallback. */
                            recovered: number;
                            /** @description Minor units by currency. */
                            gross: {
                                [key: string]: number;
                            };
                            /** @description Minor units by currency. */
                            net: {
                                [key: string]: number;
                            };
                            funnelId: string;
                            step: string;
                            offerId: string;
                            takeRate: number | null;
                            takeRateInterval: {
                                low: number;
                                high: number;
                                confidence: number;
                            };
                        }[];
                        totals: {
                            presented: number;
                            viewed: number;
                            accepted: number;
                            declined: number;
                            expired: number;
                            paid: number;
                            /** @description Changes of plan at the next billing date. Left out if there is none. */
                            scheduled?: number;
                            /** @description The part of `paid` that came through the fallback. */
                            recovered: number;
                            /** @description Minor units by currency. */
                            gross: {
                                [key: string]: number;
                            };
                            /** @description Minor units by currency. */
                            net: {
                                [key: string]: number;
                            };
                            takeRate: number | null;
                            takeRateInterval: {
                                low: number;
                                high: number;
                                confidence: number;
                            };
                        };
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvaluations: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
                since?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        evaluations: {
                            purchaseId: string;
                            /** @enum {string} */
                            trigger: "purchase" | "usage_milestone" | "limit_approaching" | "onboarding_completed" | "upgrade_requested" | "downgrade_requested" | "cancel_requested";
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            customerId?: string;
                            facts: {
                                [key: string]: unknown;
                            };
                            funnelId?: string;
                            reason?: components["schemas"]["ReasonCode"];
                            considered: {
                                funnelId: string;
                                reason?: components["schemas"]["ReasonCode"];
                                detail?: string;
                                clauses?: {
                                    /** @example amount gte 1000 */
                                    clause: string;
                                    fact: string;
                                    value?: (string | number | boolean) | (string | number | boolean)[];
                                    holds: boolean | "unknown";
                                    /** @description Its place inside groups, such as `any[0].all[1]`. */
                                    path?: string;
                                }[];
                            }[];
                            catalogHash?: string;
                        }[];
                        cursor?: string;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The catalog. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        hash: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        loadedAt: string;
                        path?: string;
                        /** @description With all defaults filled in. */
                        content: {
                            [key: string]: unknown;
                        };
                        /** @description Why the current file was refused. */
                        problem?: {
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            lines: string[];
                        };
                        running: {
                            catalogHash: string | null;
                            funnelId: string;
                            step: string;
                            offerId: string;
                            open: number;
                        }[];
                        waiting: {
                            catalogHash: string | null;
                            funnelId: string;
                            runs: number;
                        }[];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getExperimentReport: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Comparison of the arms of experiments and holdouts, per set of weights. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        generatedAt: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        from?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        to?: string;
                        tz: string;
                        alpha: number;
                        power: number;
                        /** @description In conversion: 0.05 is five percentage points. */
                        minimumDetectableEffect: number;
                        experiments: {
                            name: string;
                            /** @enum {string} */
                            kind: "variants" | "holdout";
                            /** @description Whether the catalog has it now, with these weights. */
                            inForce: boolean;
                            /** @description The measure that is compared, in words. */
                            compares: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            firstExposedAt?: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            lastExposedAt?: string;
                            sampleRatio: {
                                pValue: number | null;
                                mismatch: boolean;
                            };
                            minimumSample: {
                                perArm: number;
                                reached: boolean;
                            };
                            confidence: number;
                            arms: {
                                variant: string;
                                weight: number;
                                exposed: number;
                                accepted: number;
                                paid: number;
                                conversion: number | null;
                                conversionInterval: {
                                    low: number;
                                    high: number;
                                };
                                revenuePerCustomer: {
                                    [key: string]: {
                                        mean: number;
                                        interval: {
                                            low: number;
                                            high: number;
                                        } | null;
                                    };
                                };
                                /** @description What must not get worse. Customers, out of all who were exposed. */
                                guardrails: {
                                    [key: string]: {
                                        count: number;
                                        share: number | null;
                                        interval: {
                                            low: number;
                                            high: number;
                                        };
                                        difference?: {
                                            low: number;
                                            high: number;
                                            difference: number;
                                        };
                                        /** @description Certainly higher than in the first arm. */
                                        worse: boolean;
                                    };
                                };
                                /** @description Against the first arm. */
                                comparison?: {
                                    /** @enum {string} */
                                    verdict: "collecting" | "sample_ratio_mismatch" | "no_difference" | "better" | "worse";
                                    inWords: string;
                                    conversion: {
                                        low: number;
                                        high: number;
                                        difference: number;
                                        pValue: number | null;
                                    } | null;
                                    revenue: {
                                        [key: string]: {
                                            low: number;
                                            high: number;
                                            difference: number;
                                            pValue: number | null;
                                        };
                                    };
                                };
                            }[];
                        }[];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getShadowReport: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reach, what blocks it, and prices, per funnel. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        generatedAt: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        from?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        to?: string;
                        tz: string;
                        funnels: {
                            funnelId: string;
                            /** @description As in the catalog in force; null if it is not in there any more. */
                            mode: ("live" | "shadow") | null;
                            /** @description Purchases and triggers that it saw. */
                            purchases: number;
                            /** @description Those whose rule may hold and that no live funnel goes before: Dodo has to be asked. */
                            candidates: number;
                            /** @description Candidates of which it is known. */
                            evaluated: number;
                            /** @description Candidates that wait for their turn. */
                            waiting: number;
                            /** @description Candidates without a result: the budget did not suffice. */
                            givenUp: number;
                            /** @description Candidates to whom it would have been shown. */
                            reached: number;
                            /** @description `reached` divided by `evaluated`. */
                            reachRate: number | null;
                            reachRateInterval: {
                                low: number;
                                high: number;
                                confidence: number;
                            };
                            /** @description How many of all candidates that rate stands for. */
                            estimatedReach: number | null;
                            blocked: {
                                /**
                                 * @description `outranked`: a live funnel that is tried before it decided. Else as for offers.
                                 * @enum {string}
                                 */
                                reason: "no_matching_funnel" | "no_payment_method" | "method_expired" | "currency_mismatch" | "already_owned" | "declined_before" | "cooldown" | "capped" | "offer_already_open" | "outside_schedule" | "paused" | "product_unavailable" | "holdout" | "pricing_unavailable" | "purchase_too_old" | "customer_blocked" | "outranked";
                                count: number;
                                example: {
                                    purchaseId: string;
                                    detail?: string;
                                };
                            }[];
                            /** @description The live funnels whose offers were shown to those it would have reached. */
                            insteadOf: {
                                funnelId: string;
                                count: number;
                            }[];
                            /** @description What would have been due at once, by offer and currency, tax included. */
                            prices: {
                                offerId: string;
                                productId: string;
                                currency: string;
                                count: number;
                                /** @description Minor units of the currency. */
                                min: number;
                                /** @description Minor units of the currency. */
                                p25: number;
                                /** @description Minor units of the currency. */
                                median: number;
                                /** @description Minor units of the currency. */
                                p75: number;
                                /** @description Minor units of the currency. */
                                max: number;
                            }[];
                        }[];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCohorts: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest month first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        generatedAt: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        from?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        to?: string;
                        tz: string;
                        cohorts: {
                            month: string;
                            offerId: string;
                            currency: string;
                            presented: number;
                            paid: number;
                            net: {
                                days: number;
                                /** @description Minor units of the currency. */
                                amount: number;
                                /** @description Presentations younger than that: the amount may still change. */
                                immature: number;
                            }[];
                        }[];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRecurringRevenue: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One bridge per currency and period; those without any movement are left out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        generatedAt: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        from?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        to?: string;
                        tz: string;
                        bridges: {
                            currency: string;
                            /**
                             * @description What the amounts are per. `Month` wherever a price comes to a whole number of minor units a month, else its own billing period.
                             * @enum {string}
                             */
                            interval: "Day" | "Week" | "Month" | "Year";
                            count: number;
                            /** @description Before the period. */
                            opening: number;
                            /** @description Subscriptions sold. */
                            won: number;
                            /** @description Plans changed for dearer ones: the difference. */
                            expansion: number;
                            /** @description Plans changed for cheaper ones: the difference. */
                            contraction: number;
                            /** @description What offers had brought on subscriptions that ended; negative where that was a contraction. */
                            churned: number;
                            /** @description What offers had brought that were refunded or lost to disputes in full. */
                            reversed: number;
                            /** @description At the end of the period. */
                            closing: number;
                        }[];
                        /** @description Changes of plan in the period whose prices cannot be compared exactly. They are in no bridge. */
                        uncompared: number;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Web Key Set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: ({
                            kid: string;
                        } & {
                            [key: string]: unknown;
                        })[];
                    };
                };
            };
            /** @description Any other error, such as `internal_error`. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            /** @description Any other error, such as `internal_error`. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Temporal and the database can be reached. `degraded`: the worker of this process knows of runs that are stuck, and names them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready" | "degraded";
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description At least one of them cannot be reached. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "not_ready";
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Any other error, such as `internal_error`. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics in the Prometheus format. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Any other error, such as `internal_error`. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer with their purchases, the purchase, or the review. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "customer" | "purchase" | "review";
                        customerId?: string;
                        purchaseId?: string;
                        presentationId?: string;
                        reviewId?: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `nothing_found`: Nothing is known of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NothingFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPauses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pauses: {
                            /** @enum {string} */
                            kind: "offer" | "funnel";
                            id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            pausedAt: string;
                            actor: string;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseOffer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Everything that is paused now. Repeating it changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pauses: {
                            /** @enum {string} */
                            kind: "offer" | "funnel";
                            id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            pausedAt: string;
                            actor: string;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `not_in_catalog`: The catalog has no such offer or funnel. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotInCatalogProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unpauseOffer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Everything that is paused now. Repeating it changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pauses: {
                            /** @enum {string} */
                            kind: "offer" | "funnel";
                            id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            pausedAt: string;
                            actor: string;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `not_in_catalog`: The catalog has no such offer or funnel. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotInCatalogProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseFunnel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Everything that is paused now. Repeating it changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pauses: {
                            /** @enum {string} */
                            kind: "offer" | "funnel";
                            id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            pausedAt: string;
                            actor: string;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `not_in_catalog`: The catalog has no such offer or funnel. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotInCatalogProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unpauseFunnel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Everything that is paused now. Repeating it changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pauses: {
                            /** @enum {string} */
                            kind: "offer" | "funnel";
                            id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            pausedAt: string;
                            actor: string;
                            reason: string;
                        }[];
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `not_in_catalog`: The catalog has no such offer or funnel. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotInCatalogProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    evaluatePurchase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                purchaseId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description A new run evaluates it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purchaseId: string;
                        /** @enum {string} */
                        status: "awaiting_payment" | "evaluating" | "waiting" | "offering" | "settled";
                        /** @description While waiting: the next step, and when its offer is made. */
                        waiting?: {
                            step: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            until: string;
                        };
                        /** @enum {string} */
                        outcome?: "converted" | "recovered" | "declined" | "expired" | "abandoned" | "ineligible" | "payment_failed" | "withdrawn" | "needs_review" | "reversed";
                        reason?: components["schemas"]["ReasonCode"];
                        customerId?: string;
                        funnelId?: string;
                        catalogHash?: string;
                        considered?: {
                            funnelId: string;
                            reason?: components["schemas"]["ReasonCode"];
                            detail?: string;
                            clauses?: {
                                /** @example amount gte 1000 */
                                clause: string;
                                fact: string;
                                value?: (string | number | boolean) | (string | number | boolean)[];
                                holds: boolean | "unknown";
                                /** @description Its place inside groups, such as `any[0].all[1]`. */
                                path?: string;
                            }[];
                        }[];
                        presentations: {
                            id: string;
                            status: components["schemas"]["PresentationStatus"];
                            offerId: string;
                            funnelId: string;
                            step: string;
                            /** @enum {string} */
                            type: "upsell" | "downsell" | "cross_sell";
                            customerId: string;
                            purchaseId: string;
                            product: {
                                id: string;
                                name: string;
                            };
                            /** @description Left out where the offer was shown by a release that did not record it. */
                            quantity?: number;
                            /** @description The id of the chosen one of `choices.options`. */
                            option?: string;
                            /** @description What the customer may choose. */
                            choices?: {
                                quantity?: {
                                    min: number;
                                    max: number;
                                };
                                options?: {
                                    id: string;
                                    label: string;
                                    product: {
                                        id: string;
                                        name: string;
                                    };
                                    quantity: number;
                                    quantities?: {
                                        min: number;
                                        max: number;
                                    };
                                    price: components["schemas"]["PriceOutput"];
                                }[];
                            };
                            /** @description The arm, if this step is an experiment. */
                            variant?: string;
                            price: components["schemas"]["PriceOutput"];
                            payment: {
                                /** @enum {string} */
                                mode: "one_click" | "checkout";
                                method?: {
                                    /** @description For backends only. */
                                    id?: string;
                                    type: string;
                                    network?: string;
                                    last4?: string;
                                    expiry?: string;
                                };
                            };
                            copy: {
                                headline: string;
                                body?: string;
                                badge?: string;
                                accept: string;
                                decline: string;
                                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                                consents?: {
                                    id: string;
                                    text: string;
                                    required: boolean;
                                }[];
                            };
                            /** @description The price formatted for the customer, in the language of the copy. */
                            display: {
                                locale: string;
                                dueNow: string;
                                tax?: string;
                                recurring?: string;
                                difference?: string;
                                credit?: string;
                                effectiveAt?: string;
                                nextBillingAt?: string;
                            };
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            expiresAt: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            serverTime: string;
                            /** @description Minor units of the currency. */
                            paidAmount?: number;
                            paidCurrency?: string;
                            /** Format: uri */
                            checkoutUrl?: string;
                            /** Format: uri */
                            updatePaymentMethodUrl?: string;
                            /** @description For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses. */
                            clientSecret?: string;
                            /** @description Goes with `clientSecret`. */
                            publishableKey?: string;
                            message?: string;
                            token?: string;
                            /** @description The version of the catalog it came from. */
                            catalogHash?: string;
                        }[];
                        timeline: {
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            type: string;
                            detail?: {
                                [key: string]: unknown;
                            };
                        }[];
                        links: {
                            temporal: string | null;
                        };
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `purchase_not_found`: Purchase not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PurchaseNotFoundProblem"];
                };
            };
            /** @description `not_evaluable`: The purchase cannot be evaluated again. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotEvaluableProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The data. What Dodo Payments knows of the customer is not in it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        customerId: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        exportedAt: string;
                        /** @description The rows of each table, as `docs/privacy.md` lists them. */
                        data: {
                            [key: string]: {
                                [key: string]: unknown;
                            }[];
                        };
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `nothing_found`: Nothing is known of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NothingFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    eraseCustomer: {
        parameters: {
            query?: {
                reason?: string;
            };
            header?: never;
            path: {
                customerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The rows of each table that were changed. Repeating it changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        customerId: string;
                        pseudonymised: {
                            [key: string]: number;
                        };
                        deleted: {
                            [key: string]: number;
                        };
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `customer_active`: A run of the customer is under way. `money_in_doubt`: Money of the customer is in doubt. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["CustomerActiveProblem"] | components["schemas"]["MoneyInDoubtProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBulkCommands: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The latest 100. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        bulk: components["schemas"]["BulkCommand"][];
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    selectForBulkCommand: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    command: "withdraw" | "extend" | "recall" | "retry_notification";
                    /** @default {} */
                    select?: {
                        ids?: (string)[];
                        offerId?: string;
                        funnelId?: string;
                        step?: string;
                        catalogHash?: string;
                        currency?: string;
                        price?: number;
                        statuses?: ("open" | "accepted" | "charging" | "reconciling" | "needs_review" | "requires_action" | "fallback" | "scheduled" | "paid" | "declined" | "expired" | "withdrawn" | "failed")[];
                        from?: string;
                        to?: string;
                        /** @default UTC */
                        tz?: string;
                    };
                    /** Format: date-time */
                    until?: string;
                    rightPrice?: {
                        amount: number;
                        currency: string;
                    };
                    perMinute?: number;
                };
            };
        };
        responses: {
            /** @description The frozen selection. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkCommandWithTotals"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `nothing_found`: Nothing is known of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NothingFoundProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBulkCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkCommandWithTotals"];
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `bulk_not_found`: Bulk command not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBulkRows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of the selection. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `bulk_not_found`: Bulk command not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startBulkCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description It is under way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkCommandWithTotals"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `bulk_not_found`: Bulk command not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkNotFoundProblem"];
                };
            };
            /** @description `bulk_ended`: The bulk command has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkEndedProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    abortBulkCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description It is aborted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkCommandWithTotals"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `bulk_not_found`: Bulk command not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkNotFoundProblem"];
                };
            };
            /** @description `bulk_ended`: The bulk command has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkEndedProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReviews: {
        parameters: {
            query?: {
                status?: "open" | "resolved";
                kind?: "unproven_attempt" | "payment_differs" | "refund_failed" | "subscription_lives_on" | "purchase_paid_twice" | "payment_unmatched" | "retention_unproven" | "pause_not_ended" | "run_ended";
                limit?: string;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page; `nextCursor` leads to the next. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reviews: components["schemas"]["Review"][];
                        nextCursor?: string;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The review. While Dodo cannot be read, `candidates` is null and `candidatesReason` says why. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reviewId: string;
                        /** @enum {string} */
                        kind: "unproven_attempt" | "payment_differs" | "refund_failed" | "subscription_lives_on" | "purchase_paid_twice" | "payment_unmatched" | "retention_unproven" | "pause_not_ended" | "run_ended";
                        /** @enum {string} */
                        status: "open" | "resolved";
                        purchaseId?: string;
                        presentationId?: string;
                        attemptId?: string;
                        paymentId?: string;
                        subscriptionId?: string;
                        customerId?: string;
                        /** @description Minor units of the currency. */
                        amount?: number;
                        currency?: string;
                        /** @description What is in doubt, in words. */
                        detail?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        openedAt: string;
                        /** @description Until now, or until it was resolved. */
                        ageSeconds: number;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC.
                         */
                        resolvedAt?: string;
                        /** @description What was said, and by which key; `by` is `proof` when Dodo said it. */
                        resolution?: {
                            paid: boolean;
                            paymentId?: string;
                            reason: string;
                            by: string;
                        };
                        links: {
                            purchase: string | null;
                            presentation: string | null;
                            temporal: string | null;
                        };
                        candidates: components["schemas"]["CandidatePayment"][] | null;
                        /** @description Why there is no list now. */
                        candidatesReason?: string;
                    };
                };
            };
            /** @description `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `review_not_found`: Review not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ReviewNotFoundProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resolveReview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    paid: boolean;
                    paymentId?: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The review, resolved. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Review"];
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `review_not_found`: Review not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ReviewNotFoundProblem"];
                };
            };
            /** @description `not_in_review`: It is not under review. `evidence_mismatch`: Dodo Payments shows something else. `confirmation_required`: A second operator has to say the same. `already_decided`: The offer has already been decided. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["NotInReviewProblem"] | components["schemas"]["EvidenceMismatchProblem"] | components["schemas"]["ConfirmationRequiredProblem"] | components["schemas"]["AlreadyDecidedProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closePurchase: {
        parameters: {
            query?: {
                /** @description The language of `copy` and `display`, such as `de` or `pt-BR`. */
                locale?: string;
            };
            header?: never;
            path: {
                purchaseId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The purchase, settled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        purchaseId: string;
                        /** @enum {string} */
                        status: "awaiting_payment" | "evaluating" | "waiting" | "offering" | "settled";
                        /** @description While waiting: the next step, and when its offer is made. */
                        waiting?: {
                            step: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            until: string;
                        };
                        /** @enum {string} */
                        outcome?: "converted" | "recovered" | "declined" | "expired" | "abandoned" | "ineligible" | "payment_failed" | "withdrawn" | "needs_review" | "reversed";
                        reason?: components["schemas"]["ReasonCode"];
                        customerId?: string;
                        funnelId?: string;
                        catalogHash?: string;
                        considered?: {
                            funnelId: string;
                            reason?: components["schemas"]["ReasonCode"];
                            detail?: string;
                            clauses?: {
                                /** @example amount gte 1000 */
                                clause: string;
                                fact: string;
                                value?: (string | number | boolean) | (string | number | boolean)[];
                                holds: boolean | "unknown";
                                /** @description Its place inside groups, such as `any[0].all[1]`. */
                                path?: string;
                            }[];
                        }[];
                        presentations: {
                            id: string;
                            status: components["schemas"]["PresentationStatus"];
                            offerId: string;
                            funnelId: string;
                            step: string;
                            /** @enum {string} */
                            type: "upsell" | "downsell" | "cross_sell";
                            customerId: string;
                            purchaseId: string;
                            product: {
                                id: string;
                                name: string;
                            };
                            /** @description Left out where the offer was shown by a release that did not record it. */
                            quantity?: number;
                            /** @description The id of the chosen one of `choices.options`. */
                            option?: string;
                            /** @description What the customer may choose. */
                            choices?: {
                                quantity?: {
                                    min: number;
                                    max: number;
                                };
                                options?: {
                                    id: string;
                                    label: string;
                                    product: {
                                        id: string;
                                        name: string;
                                    };
                                    quantity: number;
                                    quantities?: {
                                        min: number;
                                        max: number;
                                    };
                                    price: components["schemas"]["PriceOutput"];
                                }[];
                            };
                            /** @description The arm, if this step is an experiment. */
                            variant?: string;
                            price: components["schemas"]["PriceOutput"];
                            payment: {
                                /** @enum {string} */
                                mode: "one_click" | "checkout";
                                method?: {
                                    /** @description For backends only. */
                                    id?: string;
                                    type: string;
                                    network?: string;
                                    last4?: string;
                                    expiry?: string;
                                };
                            };
                            copy: {
                                headline: string;
                                body?: string;
                                badge?: string;
                                accept: string;
                                decline: string;
                                /** @description What the customer agrees to. Name the given ones in `consents` of the acceptance. */
                                consents?: {
                                    id: string;
                                    text: string;
                                    required: boolean;
                                }[];
                            };
                            /** @description The price formatted for the customer, in the language of the copy. */
                            display: {
                                locale: string;
                                dueNow: string;
                                tax?: string;
                                recurring?: string;
                                difference?: string;
                                credit?: string;
                                effectiveAt?: string;
                                nextBillingAt?: string;
                            };
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            expiresAt: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            serverTime: string;
                            /** @description Minor units of the currency. */
                            paidAmount?: number;
                            paidCurrency?: string;
                            /** Format: uri */
                            checkoutUrl?: string;
                            /** Format: uri */
                            updatePaymentMethodUrl?: string;
                            /** @description For Dodo’s checkout SDK: with it the customer confirms the payment (3-D Secure) in your page. Given while `status` is `requires_action`, where Dodo’s answer to the charge held it. Keep it out of logs and addresses. */
                            clientSecret?: string;
                            /** @description Goes with `clientSecret`. */
                            publishableKey?: string;
                            message?: string;
                            token?: string;
                            /** @description The version of the catalog it came from. */
                            catalogHash?: string;
                        }[];
                        timeline: {
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC.
                             */
                            at: string;
                            type: string;
                            detail?: {
                                [key: string]: unknown;
                            };
                        }[];
                        links: {
                            temporal: string | null;
                        };
                    };
                };
            };
            /** @description `invalid_body`: The body is invalid. `invalid_parameter`: A parameter is invalid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidBodyProblem"] | components["schemas"]["InvalidParameterProblem"];
                };
            };
            /** @description `unauthorized`: No valid credentials. */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnauthorizedProblem"];
                };
            };
            /** @description `forbidden`: These credentials do not allow this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ForbiddenProblem"];
                };
            };
            /** @description `purchase_not_found`: Purchase not found. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PurchaseNotFoundProblem"];
                };
            };
            /** @description `payload_too_large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PayloadTooLargeProblem"];
                };
            };
            /** @description `unsupported_media_type`: The type or encoding of the body is not supported. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["RateLimitedProblem"];
                };
            };
            /** @description `temporarily_unavailable`: The service is temporarily unavailable. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["TemporarilyUnavailableProblem"];
                };
            };
            /** @description Any other error, such as `internal_error`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    onOfferPresented: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferPresentedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferAccepted: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferAcceptedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferDeclined: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferDeclinedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferExpired: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferExpiredWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferFulfilled: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferFulfilledWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferFallback: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferFallbackWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferFailedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferRefunded: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferRefundedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onOfferReversed: {
        parameters: {
            query?: never;
            header: {
                /** @description The same in every delivery of one notification. */
                "webhook-id": string;
                /** @description When it was sent. Unix seconds. */
                "webhook-timestamp": string;
                /** @description As Standard Webhooks describes it. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OfferReversedWebhook"];
            };
        };
        responses: {
            /** @description Taken. Any other 2xx does as well. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused; it is tried again beside those that follow. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
