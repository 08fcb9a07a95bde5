CREATE TABLE "attempts" (
	"attempt_id" text PRIMARY KEY NOT NULL,
	"presentation_id" text NOT NULL,
	"workflow_id" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"session_id" text,
	"payment_id" text,
	"paid_amount" bigint,
	"error_code" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "presentations" (
	"id" text PRIMARY KEY NOT NULL,
	"purchase_id" text NOT NULL,
	"workflow_id" text NOT NULL,
	"customer_id" text NOT NULL,
	"offer_id" text NOT NULL,
	"funnel_id" text NOT NULL,
	"step" text NOT NULL,
	"type" text NOT NULL,
	"product_id" text NOT NULL,
	"currency" text NOT NULL,
	"product" jsonb NOT NULL,
	"price" jsonb NOT NULL,
	"payment" jsonb NOT NULL,
	"copy" jsonb NOT NULL,
	"status" text NOT NULL,
	"decision" text,
	"decided_at" timestamp (3) with time zone,
	"presented_at" timestamp (3) with time zone NOT NULL,
	"viewed_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"checkout_url" text,
	"update_payment_method_url" text,
	"message" text,
	"session_id" text,
	"payment_id" text,
	"paid_amount" bigint,
	"paid_at" timestamp (3) with time zone,
	"recovered" boolean DEFAULT false NOT NULL,
	"refunded_amount" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purchases" (
	"purchase_id" text PRIMARY KEY NOT NULL,
	"workflow_id" text NOT NULL,
	"trigger" text NOT NULL,
	"customer_id" text,
	"payment_id" text,
	"checkout_session_id" text,
	"subscription_id" text,
	"product_ids" text[] NOT NULL,
	"amount" bigint,
	"currency" text,
	"billing" jsonb,
	"purchased_at" timestamp (3) with time zone,
	"paid" boolean NOT NULL,
	"status" text NOT NULL,
	"outcome" text,
	"reason" text,
	"funnel_id" text,
	"catalog_hash" text,
	"considered" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "timeline" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"purchase_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"type" text NOT NULL,
	"detail" jsonb,
	"key" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "attempts_of_presentation" ON "attempts" USING btree ("presentation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_open_presentation_per_customer" ON "presentations" USING btree ("customer_id") WHERE "presentations"."status" in ('open', 'accepted', 'charging', 'reconciling', 'requires_action');--> statement-breakpoint
CREATE INDEX "presentations_of_customer" ON "presentations" USING btree ("customer_id","presented_at");--> statement-breakpoint
CREATE INDEX "presentations_of_purchase" ON "presentations" USING btree ("purchase_id");--> statement-breakpoint
CREATE INDEX "presentations_of_payment" ON "presentations" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "purchases_of_customer" ON "purchases" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "purchases_of_payment" ON "purchases" USING btree ("payment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "timeline_entry_once" ON "timeline" USING btree ("purchase_id","type","key");