CREATE TABLE "ended_sessions" (
	"session_id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pauses" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"paused_at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "pauses_kind_id_pk" PRIMARY KEY("kind","id")
);
--> statement-breakpoint
CREATE INDEX "payments_of_subscriptions" ON "payments" USING gin ("subscription_ids");--> statement-breakpoint
CREATE INDEX "presentations_by_time" ON "presentations" USING btree ("presented_at");--> statement-breakpoint
CREATE INDEX "presentations_of_subscription" ON "presentations" USING btree ((terms->>'subscriptionId'));--> statement-breakpoint
CREATE INDEX "purchases_of_subscription" ON "purchases" USING btree ("subscription_id");--> statement-breakpoint
CREATE INDEX "purchases_by_time" ON "purchases" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "timeline_by_id" ON "timeline" USING btree ((detail->>'id'));