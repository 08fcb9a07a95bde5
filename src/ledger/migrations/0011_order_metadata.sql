ALTER TABLE "presentations" ADD COLUMN "action_kind" text;--> statement-breakpoint
ALTER TABLE "presentations" ADD COLUMN "subscription_id" text;--> statement-breakpoint
ALTER TABLE "purchases" ADD COLUMN "metadata" jsonb;