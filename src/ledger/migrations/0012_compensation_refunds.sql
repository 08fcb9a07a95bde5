ALTER TABLE "compensations" ADD COLUMN "refusals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "refund_ids" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "compensations" ADD COLUMN "refunded_amount" bigint;