CREATE TABLE "bulk_rows" (
	"bulk_id" text NOT NULL,
	"seq" integer NOT NULL,
	"subject" text NOT NULL,
	"purchase_id" text,
	"customer_id" text,
	"offer_id" text,
	"payment_id" text,
	"status_then" text,
	"currency" text,
	"price" bigint,
	"paid" bigint,
	"due" bigint,
	"state" text NOT NULL,
	"result" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "bulk_rows_bulk_id_seq_pk" PRIMARY KEY("bulk_id","seq")
);
--> statement-breakpoint
CREATE TABLE "bulk_runs" (
	"bulk_id" text PRIMARY KEY NOT NULL,
	"command" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"selection" text NOT NULL,
	"status" text NOT NULL,
	"per_minute" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_by" text,
	"started_at" timestamp (3) with time zone,
	"reason" text,
	"aborted_by" text,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "keep_amount" bigint;--> statement-breakpoint
CREATE INDEX "bulk_rows_by_state" ON "bulk_rows" USING btree ("bulk_id","state","seq");