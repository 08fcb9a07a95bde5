ALTER TABLE "attempts" ADD COLUMN "client_secret" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "publishable_key" text;