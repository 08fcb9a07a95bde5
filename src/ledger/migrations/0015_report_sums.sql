CREATE TABLE "presentation_sums" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"span" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"merged" boolean DEFAULT false NOT NULL,
	"offer_id" text NOT NULL,
	"funnel_id" text NOT NULL,
	"step" text NOT NULL,
	"currency" text NOT NULL,
	"presented" integer NOT NULL,
	"viewed" integer NOT NULL,
	"accepted" integer NOT NULL,
	"declined" integer NOT NULL,
	"expired" integer NOT NULL,
	"withdrawn" integer NOT NULL,
	"paid" integer NOT NULL,
	"recovered" integer NOT NULL,
	"scheduled" integer NOT NULL,
	"ever_paid" integer NOT NULL,
	"gross" bigint NOT NULL,
	"refunded" bigint NOT NULL,
	"gross_7" bigint NOT NULL,
	"gross_30" bigint NOT NULL,
	"gross_90" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purchase_sums" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"span" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"merged" boolean DEFAULT false NOT NULL,
	"reason" text NOT NULL,
	"currency" text,
	"count" integer NOT NULL,
	"amount" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "presentation_sums_by_time" ON "presentation_sums" USING btree ("span","starts_at");--> statement-breakpoint
CREATE INDEX "presentation_sums_unmerged" ON "presentation_sums" USING btree ("span","starts_at") WHERE not "presentation_sums"."merged";--> statement-breakpoint
CREATE INDEX "purchase_sums_by_time" ON "purchase_sums" USING btree ("span","starts_at");--> statement-breakpoint
CREATE INDEX "purchase_sums_unmerged" ON "purchase_sums" USING btree ("span","starts_at") WHERE not "purchase_sums"."merged";--> statement-breakpoint
CREATE INDEX "exposures_of_customer" ON "exposures" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "presentations_refunded" ON "presentations" USING btree ("presented_at","id","purchase_id","offer_id","currency","paid_currency","paid_at","paid_amount","refunded_amount") WHERE "presentations"."refunded_amount" > 0;--> statement-breakpoint
CREATE INDEX "presentations_unsettled" ON "presentations" USING btree ("status") WHERE "presentations"."status" in ('open', 'accepted', 'charging', 'reconciling', 'requires_action', 'needs_review', 'fallback');--> statement-breakpoint
CREATE INDEX "timeline_of_money_back" ON "timeline" USING btree ("purchase_id") WHERE "timeline"."type" in ('refund_succeeded', 'dispute_lost', 'dispute_accepted');