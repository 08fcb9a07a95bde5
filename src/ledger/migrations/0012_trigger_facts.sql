CREATE TABLE "trigger_facts" (
	"purchase_id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"facts" jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "trigger_facts_of_customer" ON "trigger_facts" USING btree ("customer_id");