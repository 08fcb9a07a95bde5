ALTER TABLE "purchases" ADD COLUMN "checkout_url" text;--> statement-breakpoint
ALTER TABLE "purchases" ADD COLUMN "request_hash" text;