CREATE TABLE "ended_subscriptions" (
	"subscription_id" text PRIMARY KEY NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "presentations_recurring" ON "presentations" USING btree ("paid_at") WHERE "presentations"."status" = 'paid' and ("presentations"."price" -> 'recurring') is not null;