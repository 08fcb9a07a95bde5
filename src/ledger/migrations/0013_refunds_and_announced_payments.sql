CREATE TABLE "announced_payments" (
	"payment_id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"announced_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "refusals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "refund_ids" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "refunded_amount" bigint;--> statement-breakpoint
CREATE INDEX "announced_payments_of_customer" ON "announced_payments" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "announced_payments_by_age" ON "announced_payments" USING btree ("announced_at");