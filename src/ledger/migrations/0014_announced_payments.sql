CREATE TABLE "announced_payments" (
	"payment_id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"announced_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "announced_payments_of_customer" ON "announced_payments" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "announced_payments_by_age" ON "announced_payments" USING btree ("announced_at");